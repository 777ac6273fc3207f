using System.CommandLine;
using System.Net;
using Weft.Training;

namespace Weft.App;

internal sealed class StudioCommand : Verb
{
    private const int UsualPort = 8642;

    private readonly RunsOption _runs = new();
    private readonly WholeNumber _port = new("--port", "The port to listen on; 0: any that is free.", 0, 65535, UsualPort);
    private readonly Option<string> _listen = new("--listen")
    {
        Description = "The address to listen on; only this machine's own are allowed.",
        HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1"
    };

    public StudioCommand(Screen screen)
        : base("studio", "Shows all runs in a browser, live, whoever trains them. Only reads; only this machine can see it.", screen)
    {
        foreach (var option in new Option[] { _port, _listen, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var store = _runs.Store(parse);
        var options = new StudioOptions
        {
            Runs = store.Folder, ShownRuns = RunReference.ShortPath(store.Folder), Address = Address(parse), Port = _port.Of(parse),
        };
        return ServedStudio.Run(Screen, options, address =>
        {
            Screen.People.WriteLine($"studio  {address}   (this machine only; it shows {Printable.Escape(options.ShownRuns)}, Ctrl-C ends it)");
            Screen.People.Flush();
            Screen.WriteJson(new StudioDocument(address.ToString(), store.Folder));
        });
    }

    private IPAddress Address(ParseResult parse)
    {
        var text = parse.GetValue(_listen)!;
        if (text == "localhost")
            return IPAddress.Loopback;
        return IPAddress.TryParse(text, out var address) ? address : throw new WeftException(ErrorKind.InvalidInput, "this is no address to listen on")
        {
            Where = _listen.Name, Expected = "127.0.0.1, ::1 or localhost", Found = $"'{Printable.Escape(text)}'", Safe = "nothing was started",
        };
    }
}
