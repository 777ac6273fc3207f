using System.Runtime.CompilerServices;

namespace Weft.App.Tests;

/// <summary>What people see is kept in files under <c>Approved/</c>; a change shows up as a difference there. <c>WEFT_APPROVE=1</c> accepts it.</summary>
internal static class Approval
{
    public static void Of(string name, string text)
    {
        var path = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Approved", name + ".txt");
        var received = string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("WEFT_APPROVE") is "1")
            File.WriteAllText(path, received);
        Assert.True(File.Exists(path), $"{path} is missing; run the tests with WEFT_APPROVE=1 and look at what it writes");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), received);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
