using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepStartCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The sweep's name; weft sweep FILE --store … --workers 0 makes it." };
    private readonly Option<bool> _slurm = new("--slurm") { Description = "A script for sbatch: an array with a task for each worker." };
    private readonly Option<bool> _kubernetes = new("--kubernetes") { Description = "A Job for kubectl apply: a pod for each worker." };
    private readonly Option<string?> _ssh = new("--ssh")
    {
        Description = "A script that begins a worker on each of these machines, by ssh and systemd-run.", HelpName = "HOST,HOST…",
    };

    private readonly WholeNumber _workers = new("--workers", "How many workers for Slurm or Kubernetes.", 1, 10_000, 4);
    private readonly WholeNumber _threads = new("--threads", "Threads of each worker; the result does not depend on it.", 1, 256, 1);
    private readonly Option<string> _program = new("--program")
    {
        Description = "The program on those machines.", HelpName = "PATH", DefaultValueFactory = _ => "weft",
    };

    private readonly Option<string?> _image = new("--image") { Description = "The container image for Kubernetes; weft is in it.", HelpName = "IMAGE" };
    private readonly RunDataOption _data = RunDataOption.OfSweep();
    private readonly StoreOption _store = new();
    private readonly SweepsOption _sweeps = new();
    private readonly RunsOption _runs = new();

    public SweepStartCommand(Screen screen)
        : base("start", "Prints what begins workers of a sweep on other machines, for Slurm, Kubernetes or ssh. Begins nothing itself.", screen)
    {
        Arguments.Add(_name);
        foreach (var option in new Option[] { _slurm, _kubernetes, _ssh, _workers, _threads, _program, _image, _data, _store, _sweeps, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var hosts = (parse.GetValue(_ssh) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] chosen =
        [
            .. parse.GetValue(_slurm) ? ["--slurm"] : Array.Empty<string>(), .. parse.GetValue(_kubernetes) ? ["--kubernetes"] : Array.Empty<string>(),
            .. hosts.Length > 0 ? ["--ssh"] : Array.Empty<string>(),
        ];
        if (chosen is not [var kind])
            throw Wrong("one of them is needed", "--slurm, --kubernetes or --ssh HOST,HOST…", chosen.Length == 0 ? "none" : string.Join(" and ", chosen));
        if (hosts.FirstOrDefault(host => host[0] == '-' || !host.All(IsOfHost)) is { } host)
            throw Wrong("this is no host", "names of machines, with commas between them, each as ssh takes it", host);
        var image = parse.GetValue(_image);
        if (kind == "--kubernetes" && image is null)
            throw Wrong("Kubernetes needs an image", "--image IMAGE", "none");

        var folder = _sweeps.Folder(parse, parse.GetValue(_name)!);
        using var sweep = Sweep.Open(folder, _store.Home(parse, folder));
        if (sweep.Information.Store is not { } store)
            throw Wrong("workers of several machines need a database", "--store postgres://USER@HOST/DATABASE", $"the folder {folder.Path}");
        var workers = new SweepStart(folder.Name, store, _workers.Of(parse), _threads.Of(parse), _runs.Store(parse).Folder)
        {
            Program = parse.GetValue(_program)!, Data = parse.GetValue(_data),
        };
        var text = kind switch
        {
            "--slurm" => workers.Slurm(),
            "--kubernetes" => workers.Kubernetes(image!),
            _ => workers.Ssh(hosts),
        };
        if (Screen.Json)
            Screen.WriteJson(new SweepStartDocument(folder.Path, kind[2..], text));
        else
            Screen.Output.Write(text);
        return ExitCode.Done;
    }

    private static bool IsOfHost(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '@' or ':' or '[' or ']';

    private static WeftException Wrong(string what, string expected, string found) => new(ErrorKind.InvalidInput, what)
    {
        Where = "weft sweep start", Expected = expected, Found = found, Safe = "nothing was begun",
    };
}
