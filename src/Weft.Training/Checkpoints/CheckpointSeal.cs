using System.Security.Cryptography;
using System.Text;

namespace Weft.Training;

/// <summary>
/// SHA-256 over a whole checkpoint file, kept as the first metadata entry. It is computed with its own 64 digits written as zeros, so that no bit of the
/// file is outside of it. Every later format keeps the entry in this place.
/// </summary>
internal static class CheckpointSeal
{
    public const string Key = "sha256";
    public const string Blank = "0000000000000000000000000000000000000000000000000000000000000000";
    private const int LengthBytes = 8;

    private static readonly byte[] Opening = Encoding.ASCII.GetBytes("{\"__metadata__\":{\"" + Key + "\":\"");

    /// <param name="file">Written with <see cref="Blank"/> in place of the digits.</param>
    public static void Apply(Span<byte> file) => Encoding.ASCII.GetBytes(Digest(file), Digits(file));

    /// <returns>Null when the file is what was sealed, otherwise what was expected and found.</returns>
    public static (string Expected, string Found)? Verify(byte[] file)
    {
        if (file.Length < LengthBytes + Opening.Length + Blank.Length || !file.AsSpan(LengthBytes, Opening.Length).SequenceEqual(Opening))
            return ("a sealed checkpoint", $"{file.Length} bytes that do not begin like one");
        var written = Encoding.Latin1.GetString(Digits(file));
        var computed = Digest(file);
        return written == computed ? null : ($"SHA-256 {Printable(written)}", $"SHA-256 {computed}");
    }

    private static Span<byte> Digits(Span<byte> file) => file.Slice(LengthBytes + Opening.Length, Blank.Length);

    private static string Digest(ReadOnlySpan<byte> file)
    {
        var digits = LengthBytes + Opening.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file[..digits]);
        hash.AppendData(Encoding.ASCII.GetBytes(Blank));
        hash.AppendData(file[(digits + Blank.Length)..]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Printable(string text) => string.Concat(text.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '?'));
}
