using System.Diagnostics;

namespace Weft.App.Tests;

/// <summary>The program as a process of its own, for what cannot be seen from inside: signals, pipes, exit codes.</summary>
internal static class WeftProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>A line for the shell; <c>$WEFT</c> in it is the program.</summary>
    public static (int Code, string Output, string Error) Shell(string line, string? folder = null)
    {
        using var process = Start(line, folder);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Patience), $"still running after {Patience}: {line}");
        return (process.ExitCode, output, error.Result);
    }

    public static Process Start(string line, string? folder = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", line])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.Environment["WEFT"] = Path.Combine(AppContext.BaseDirectory, "Weft.App");
        return Process.Start(start)!;
    }
}
