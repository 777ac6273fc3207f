using System.ComponentModel;
using System.Diagnostics;

namespace Weft.Training;

/// <summary>How a program ended and what it wrote to its two outputs.</summary>
internal sealed record ProgramResult(int ExitCode, string Output);

/// <summary>Runs a program without a shell in a folder and waits for it; null when there is no such program.</summary>
internal delegate ProgramResult? ProgramRunner(string program, IReadOnlyList<string> arguments, string folder, CancellationToken cancellationToken);

internal static class ExternalProgram
{
    // Larger than any package index or package takes on a slow line; a hung program must not hang us.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <inheritdoc cref="ProgramRunner"/>
    /// <exception cref="OperationCanceledException">Cancelled; the program was killed.</exception>
    public static ProgramResult? Run(string program, IReadOnlyList<string> arguments, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            return Watch(process, cancellationToken);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static ProgramResult Watch(Process process, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Longest);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
            return new ProgramResult(process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return new ProgramResult(-1, $"took longer than {Longest.TotalMinutes:0} minutes and was ended");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
