using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Pictures.Tests;

/// <summary>The pictures that <c>Fixtures/make_fixtures.py</c> has made, and what Pillow makes of them.</summary>
internal static class Fixture
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures");

    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static Expectations Expected { get; } = JsonSerializer.Deserialize<Expectations>(Bytes("expected.json"), Names)!;

    /// <summary>The names of those that match.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Folder, pattern).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    /// <summary>All pixels of a picture, in its own size.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> file, int channels = 3) => Decode(file, channels, out _);

    public static byte[] Decode(ReadOnlySpan<byte> file, int channels, out PictureRemarks remarks)
    {
        var header = PictureReader.Peek(file);
        return Read(file, new(header.Height, header.Width, channels) { Fitting = PictureFitting.Squash }, out remarks);
    }

    public static byte[] Read(ReadOnlySpan<byte> file, PicturePolicy policy) => Read(file, policy, out _);

    public static byte[] Read(ReadOnlySpan<byte> file, PicturePolicy policy, out PictureRemarks remarks)
    {
        var pixels = new byte[policy.Height * policy.Width * policy.Channels];
        remarks = PictureReader.Read(file, policy, pixels);
        return pixels;
    }

    public static string Hash(ReadOnlySpan<byte> pixels) => Convert.ToHexStringLower(SHA256.HashData(pixels));

    /// <summary>What <c>expected.json</c> holds.</summary>
    internal sealed record Expectations(Dictionary<string, Picture> Files, Resized[] Resizes, Fitted[] Fittings, Scaled[] Scaled);

    internal sealed record Picture(int Width, int Height, string Rgb, string Grey, int Shortest);

    internal sealed record Scaled(int Side, string Sha256);

    internal sealed record Resized(int Channels, ResizeFilter Filter, int Width, int Height, string Sha256);

    internal sealed record Fitted(PictureFitting Fitting, int Channels, ResizeFilter Filter, int Width, int Height, string Sha256)
    {
        public PicturePolicy Policy => new(Height, Width, Channels) { Fitting = Fitting, Filter = Filter };
    }
}
