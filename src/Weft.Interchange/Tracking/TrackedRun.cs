using System.Security.Cryptography;
using System.Text;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>What does not change while a run is trained, as the trackers need it.</summary>
internal sealed class TrackedRun
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 8;

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: this is no run; <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    public TrackedRun(RunReader run)
    {
        Folder = run.Folder;
        Information = run.Information;
        var configuration = run.Configuration().Value;
        Configuration = [.. ConfigurationTable.Of(configuration).Select(key => (key.Name, key.ReadValue(configuration)))];
        Identity = SHA256.HashData(
            Encoding.UTF8.GetBytes(FormattableString.Invariant($"{run.Folder.Name}\n{Information.Started.UtcTicks}\n{Information.Data.Fingerprint}")));
        Id = Text(Identity, IdLength);
    }

    public RunFolder Folder { get; }

    public RunInformation Information { get; }

    public string Name => Folder.Name;

    /// <summary>Dotted keys with null, a text, a flag or a number each.</summary>
    public IReadOnlyList<(string Key, object? Value)> Configuration { get; }

    /// <summary>Follows from name, start and data, so that every hand-over of the run has the same.</summary>
    public byte[] Identity { get; }

    /// <summary>Eight characters of [0-9a-z].</summary>
    public string Id { get; }

    public IReadOnlyList<string> Classes => Information.Data.Classes;

    /// <summary>A text of [0-9a-z] that follows from this run and <paramref name="purpose"/>.</summary>
    public string Derive(string purpose, int length) => Text(SHA512.HashData([.. Identity, .. Encoding.UTF8.GetBytes(purpose)]), length);

    private static string Text(ReadOnlySpan<byte> seed, int length)
    {
        var text = new StringBuilder(length);
        for (var block = seed.ToArray(); text.Length < length; block = SHA512.HashData(block))
            foreach (var value in block.AsSpan(0, Math.Min(block.Length, length - text.Length)))
                text.Append(Digits[value % Digits.Length]);
        return text.ToString();
    }
}
