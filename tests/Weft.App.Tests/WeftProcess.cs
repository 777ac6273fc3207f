using System.Diagnostics;

namespace Weft.App.Tests;

/// <summary>The program as a process of its own, for what cannot be seen from inside: signals, pipes, exit codes.</summary>
internal sealed class WeftProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    /// <param name="line">For the shell; <c>$WEFT</c> in it is the program. With <c>exec</c> signals reach it.</param>
    public WeftProcess(string line)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", line])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["WEFT"] = Path.Combine(AppContext.BaseDirectory, "Weft.App");
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <param name="patience">How long it may take. Default: two minutes.</param>
    public static (int Code, string Output, string Error) Shell(string line, TimeSpan? patience = null)
    {
        using var process = new WeftProcess(line);
        return process.End(patience);
    }

    public void Send(string signal) => Shell($"kill -{signal} {_process.Id}");

    public void WaitUntil(Func<bool> condition)
    {
        var began = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.False(_process.HasExited, "the program ended early");
            Assert.True(began.Elapsed < Patience, $"nothing happened for {Patience}");
            Thread.Sleep(50);
        }
    }

    public (int Code, string Output, string Error) End(TimeSpan? patience = null)
    {
        Assert.True(_process.WaitForExit(patience ?? Patience), $"still running after {patience ?? Patience}");
        return (_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit(); // a signal is only sent: until the process is gone, what it owned is busy
        _process.Dispose();
    }
}
