using System.CommandLine;
using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.App;

internal sealed class DoctorCommand : Verb
{
    private const long EnoughDisk = 500_000_000; // a few hundred checkpoints of the largest study model

    private readonly RunsOption _runs = new();
    private readonly WholeNumber _threads = WholeNumber.Threads("Worker threads to measure with.");

    public DoctorCommand(Screen screen)
        : base("doctor", "What this machine has: processor, vectors, measured speed, disk, data, and a self-check of the kernels.", screen)
    {
        Options.Add(_threads);
        Options.Add(_runs);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var threads = _threads.Of(parse);
        using var device = Device.Cpu(threads);
        var machine = RunMachine.Here(device);
        var bits = machine.VectorBits;
        Say(true, "weft", $"{Product.Version}, .NET {Environment.Version}, {RuntimeInformation.OSDescription}");
        Say(true, "processor", $"{machine.Processor}, {machine.Cores} cores");
        var memory = MemoryLimit.Current();
        Say(true, "memory", $"{Figures.Bytes(memory.Bytes)}: {memory.Source}");
        Say(bits > 32, "vectors", bits > 32 ? $"{bits} bits" : "none: the kernels run number by number, about a tenth of the speed");
        var speed = SpeedProbe.GigaflopsPerSecond(threads, TimeSpan.FromSeconds(1));
        Say(true, "speed", $"{speed:F0} GFLOP/s in a 3×3 convolution, {threads} threads");
        var checks = SelfCheck.Run(threads);
        foreach (var check in checks)
            Say(check.Passed, "kernels", $"{check.Name} ({check.Found})");
        var (folder, free) = Disk(parse);
        Say(free is null or > EnoughDisk, "disk",
            $"{(free is { } bytes ? Figures.Bytes(bytes) + " free" : "free space unknown")} for {Printable.Escape(folder)}");
        var data = Data();
        Say(data is not null, "data", data is not null ? $"{data.Name} in {Printable.Escape(data.Folder!)}, verified"
            : "fashion-mnist is not on this machine yet; it is fetched when needed, or: weft data get fashion-mnist");

        var healthy = checks.All(check => check.Passed);
        Screen.WriteJson(new DoctorDocument
        {
            Version = Product.Version,
            Runtime = Environment.Version.ToString(),
            OperatingSystem = RuntimeInformation.OSDescription,
            Processor = machine.Processor,
            Cores = machine.Cores,
            MemoryLimitBytes = memory.Bytes,
            MemoryLimitSource = memory.Source,
            Threads = threads,
            VectorBits = bits,
            GigaflopsPerSecond = Math.Round(speed, 1),
            RunsFolder = folder,
            DiskFreeBytes = free,
            DataFolder = data?.Folder,
            SelfCheck = [.. checks.Select(check => new SelfCheckEntry(check.Name, check.Passed, check.Found))],
            Healthy = healthy,
        });
        return healthy ? ExitCode.Done : throw new WeftException(ErrorKind.Bug, "the kernels compute wrong results on this machine")
        {
            Found = string.Join("; ", checks.Where(check => !check.Passed).Select(check => $"{check.Name}: {check.Found}")),
            Next = new Advice("please report it with this command's output; do not trust trainings made here"),
        };
    }

    private void Say(bool good, string subject, string text) => Screen.People.WriteLine($"{(good ? "ok" : "!!")}  {subject,-9}  {text}");

    private (string Folder, long? Free) Disk(ParseResult parse)
    {
        var folder = _runs.Store(parse).Folder;
        var existing = folder;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        try
        {
            return (folder, new DriveInfo(existing).AvailableFreeSpace);
        }
        catch (Exception unknown) when (unknown is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return (folder, null);
        }
    }

    private static ImageDataset? Data()
    {
        try
        {
            return FashionMnist.Open(new DataOptions { MayDownload = false });
        }
        catch (WeftException absent) when (absent.Kind is ErrorKind.DatasetMissing or ErrorKind.DatasetDamaged or ErrorKind.DownloadFailed)
        {
            return null;
        }
    }
}
