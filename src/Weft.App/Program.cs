using Weft.App;

return (int)App.Run(args, Screen.OfProcess());
