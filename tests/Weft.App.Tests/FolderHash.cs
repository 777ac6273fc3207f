using System.Security.Cryptography;
using System.Text;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>What a run's folder holds, as one text; who locks it leaves a trace that does not count.</summary>
internal static class FolderHash
{
    public static string Of(string folder)
    {
        var all = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path) is "run.lock" or "owner.pid")
                continue;
            all.Append(path).Append(PathKinds.Of(path));
            if (PathKinds.Of(path) == PathKind.Regular)
                all.Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
            all.Append('\n');
        }

        return all.ToString();
    }
}
