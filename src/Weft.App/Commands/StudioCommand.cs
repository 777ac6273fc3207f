using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class StudioCommand : Verb
{
    private const int UsualPort = 8642;

    private readonly RunsOption _runs = new();
    private readonly SweepsOption _sweeps = new();
    private readonly WholeNumber _port = new("--port", "The port to listen on; 0: any that is free.", 0, 65535, UsualPort);
    private readonly Option<string> _listen = new("--listen")
    {
        Description = "The address to listen on; only this machine's own are allowed.",
        HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1"
    };

    public StudioCommand(Screen screen)
        : base("studio", "Shows all runs and sweeps in a browser, live, whoever trains them. Only reads; only this machine can see it.", screen)
    {
        foreach (var option in new Option[] { _port, _listen, _runs, _sweeps })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var store = _runs.Store(parse);
        var options = new StudioOptions
        {
            Runs = store.Folder, ShownRuns = RunReference.ShortPath(store.Folder), Address = ListenAddress.Parse(_listen, parse.GetValue(_listen)!),
            Port = _port.Of(parse), Sweeps = Path.GetFullPath(parse.GetValue(_sweeps)!),
        };
        return ServedWeb.Run(Screen, "studio", failed => StudioServer.Start(options with { Failed = failed }), address =>
        {
            Screen.People.WriteLine($"studio  {address}   (this machine only; it shows {Printable.Escape(options.ShownRuns)}, Ctrl-C ends it)");
            Screen.People.Flush();
            Screen.WriteJson(new StudioDocument(address.ToString(), store.Folder));
        });
    }
}
