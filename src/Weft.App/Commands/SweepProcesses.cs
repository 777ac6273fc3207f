using System.Diagnostics;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// Workers of a sweep as processes of this program. They live as long as their standard input is open: when this process ends, however it ends, they stop and
/// save. One that is killed is started again.
/// </summary>
internal sealed class SweepProcesses : IDisposable
{
    private const int MostDeathsInARow = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Process?[] _workers;
    private readonly IReadOnlyList<string> _arguments;
    private int _deaths;

    /// <param name="arguments">Those of <c>weft sweep worker</c>.</param>
    public SweepProcesses(int count, IReadOnlyList<string> arguments)
    {
        _arguments = arguments;
        _workers = new Process?[count];
        for (var i = 0; i < count; i++)
            _workers[i] = Start();
    }

    /// <summary>Waits until all have ended.</summary>
    /// <param name="watch">Called several times a second; how many trials are over tells whether a worker that died had got anywhere.</param>
    /// <param name="cancellationToken">Asks them to stop and save.</param>
    /// <returns>The first exit code that is none of success, a spent budget or a signal; else <see cref="ExitCode.Done"/>.</returns>
    public ExitCode Wait(Func<int> watch, CancellationToken cancellationToken)
    {
        var first = ExitCode.Done;
        var over = -1;
        while (_workers.Any(worker => worker is not null))
        {
            if (watch() is var now && now != over)
                (over, _deaths) = (now, 0);
            for (var i = 0; i < _workers.Length; i++)
            {
                if (_workers[i] is not { HasExited: true } ended)
                    continue;
                var code = (ExitCode)ended.ExitCode;
                ended.Dispose();
                // Who was superseded may take another trial.
                var wasKilled = code == ExitCode.Superseded
                    || ((int)code > 128 && code is not (ExitCode.Hangup or ExitCode.Interrupted or ExitCode.Terminated));
                _workers[i] = wasKilled && !cancellationToken.IsCancellationRequested && ++_deaths <= MostDeathsInARow ? Start() : null;
                if (first == ExitCode.Done && code is not (ExitCode.Done or ExitCode.SweepPartial) && _workers[i] is null && !wasKilled)
                    first = code;
            }

            if (cancellationToken.WaitHandle.WaitOne(Pause))
                Close();
            if (cancellationToken.IsCancellationRequested)
                Thread.Sleep(Pause);
        }

        watch();
        return first is ExitCode.Hangup or ExitCode.Interrupted or ExitCode.Terminated ? ExitCode.Done : first;
    }

    public void Dispose()
    {
        Close();
        foreach (var worker in _workers)
            worker?.Dispose();
    }

    // Closing its input asks a worker to stop.
    private void Close()
    {
        foreach (var worker in _workers.OfType<Process>())
        {
            try
            {
                worker.StandardInput.Close();
            }
            catch (Exception ended) when (ended is IOException or InvalidOperationException)
            {
                // it is gone
            }
        }
    }

    private Process Start()
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in _arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>The arguments of a worker that takes part in a sweep of this machine.</summary>
    public static IReadOnlyList<string> ArgumentsOf(Sweep sweep, RunStore runs, int threads) =>
    [
        "sweep", "worker", sweep.Folder.Path, "--runs", runs.Folder, "--threads", threads.ToString(CultureInfo.InvariantCulture), "--attached", "--quiet",
        .. sweep.Information.Store is { } store ? ["--store", store] : Array.Empty<string>(),
        .. sweep.Here.FirstOrDefault(value => value.Key == "data.folder" && value.Text != "none") is { } data ? ["--data", data.Text] : Array.Empty<string>(),
    ];
}
