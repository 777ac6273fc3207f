using Weft.App;

StandardStreams.Keep();
using var fileSizes = FileSizeLimit.AsError();
return (int)App.Run(args, Screen.OfProcess());
