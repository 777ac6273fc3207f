using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepWorkerCommand : StoppableVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The sweep's name, or its folder." };
    private readonly WholeNumber _threads = WholeNumber.ThreadsOfRun();
    private readonly Option<bool> _attached = new("--attached")
    {
        Description = "Stop and save when standard input is closed: for programs that start workers.",
    };

    private readonly StoreOption _store = new();
    private readonly RunDataOption _data = RunDataOption.OfSweep();
    private readonly SweepsOption _sweeps = new();
    private readonly RunsOption _runs = new();

    public SweepWorkerCommand(Screen screen) : base("worker", "Takes part in a sweep that was begun: claims trials and trains them until none is left.", screen)
    {
        Arguments.Add(_name);
        foreach (var option in new Option[] { _store, _data, _threads, _attached, _sweeps, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        using var detached = new CancellationTokenSource();
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, detached.Token);
        var folder = _sweeps.Folder(parse, parse.GetValue(_name)!);
        using var sweep = Sweep.Open(folder, _store.Home(parse, folder, hurry.Token), _data.Values(parse));
        if (parse.GetValue(_attached))
            new Thread(() => WaitUntilClosed(detached)) { IsBackground = true }.Start();
        var view = new SweepView(Screen, sweep);
        var work = new SweepWork(Screen, _runs.Store(parse), _threads.Given(parse)) { Changed = Screen.Quiet ? null : view.Show, BudgetSpent = detached.Token };
        sweep.RequireSame(work.Identity(sweep.ConfigurationOf(0, []), cancellationToken));
        try
        {
            var end = work.Run(sweep, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return end == SweepEnd.Complete ? ExitCode.Done : ExitCode.SweepPartial;
        }
        finally
        {
            view.Close();
        }
    }

    private static void WaitUntilClosed(CancellationTokenSource detached)
    {
        try
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
                // nothing that is said matters
            }

            detached.Cancel();
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            // the sweep was over first
        }
    }
}
