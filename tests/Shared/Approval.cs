using System.Runtime.CompilerServices;

namespace Weft.Tests.Shared;

/// <summary>
/// What people see is kept in files under the test project's <c>Approved/</c>; a change shows up as a difference there. <c>WEFT_APPROVE=1</c> accepts it.
/// </summary>
internal static class Approval
{
    public static void Of(string name, string text, [CallerFilePath] string test = "")
    {
        var project = Path.GetDirectoryName(test)!;
        while (!Directory.EnumerateFiles(project, "*.csproj").Any())
            project = Path.GetDirectoryName(project)!;
        var path = Path.Combine(project, "Approved", name + ".txt");
        var received = string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("WEFT_APPROVE") is "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, received);
        }

        Assert.True(File.Exists(path), $"{path} is missing; run the tests with WEFT_APPROVE=1 and look at what it writes");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), received);
    }
}
