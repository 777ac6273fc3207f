using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Pictures;

namespace Weft.Training;

/// <summary>What is known of a picture's bytes without its pixels.</summary>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="Width">As it is shown, after a turn that the file asks for; 0 where it cannot be read.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
internal sealed record ScannedPicture(string Sha256, int Width, int Height)
{
    /// <value>Whether every file of its kind is grey.</value>
    public bool IsGrey { get; init; }

    public bool HasAlpha { get; init; }

    /// <value>1 to 8, as EXIF counts them.</value>
    public int Orientation { get; init; } = 1;

    public bool HasColorProfile { get; init; }

    public bool IsCmyk { get; init; }

    public int BitsPerChannel { get; init; } = 8;

    public string? Format { get; init; }

    /// <value>Pictures of an animation.</value>
    public int FrameCount { get; init; } = 1;

    public int TrailingBytes { get; init; }

    /// <value>Why it cannot be read; null where its header can.</value>
    public string? Fault { get; init; }

    [JsonIgnore]
    public bool IsReadable => Fault is null;

    /// <summary>The longer side over the shorter one.</summary>
    [JsonIgnore]
    public double Aspect => (double)Math.Max(Width, Height) / Math.Max(1, Math.Min(Width, Height));
}

/// <summary>Looks at every picture of an index once: content hash and header. What was seen is remembered by path, size and time.</summary>
internal static class PictureScan
{
    /// <summary>The scanned pictures, in the order of the index.</summary>
    /// <param name="memory">The file that remembers; null to look at everything anew.</param>
    public static ScannedPicture[] Of(
        DatasetIndex index, string? memory, DecoderLimits limits, int threads, CancellationToken cancellationToken)
    {
        var known = memory is null ? [] : Read(memory);
        var scanned = new ScannedPicture[index.Pictures.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        var isNew = 0;
        Parallel.For(0, scanned.Length, options, i =>
        {
            var picture = index.Pictures[i];
            if (known.Count > 0 && picture.Content.Stamp is { } stamp && known.TryGetValue(stamp, out var before))
            {
                scanned[i] = before;
                return;
            }

            scanned[i] = Look(picture.Content, limits);
            Interlocked.Increment(ref isNew);
        });
        if (isNew > 0)
            Remember(memory, index, scanned);
        return scanned;
    }

    /// <summary>Keeps what was seen for the next time.</summary>
    public static void Remember(string? memory, DatasetIndex index, IReadOnlyList<ScannedPicture> scanned)
    {
        if (memory is null)
            return;
        var remembered = new Dictionary<string, ScannedPicture>();
        for (var i = 0; i < scanned.Count; i++)
        {
            if (scanned[i].Sha256.Length > 0 && index.Pictures[i].Content.Stamp is { } stamp)
                remembered[stamp] = scanned[i];
        }

        PictureCache.TryWrite(memory, JsonSerializer.SerializeToUtf8Bytes(remembered, PictureScanJson.Default.DictionaryStringScannedPicture));
    }

    private static ScannedPicture Look(IPictureContent content, DecoderLimits limits)
    {
        byte[] bytes;
        try
        {
            bytes = content.Read();
        }
        catch (Exception failure) when (DiskFailure.Is(failure) || failure is InvalidDataException)
        {
            return new ScannedPicture("", 0, 0) { Fault = failure.Message };
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        try
        {
            var header = PictureReader.Peek(bytes, limits);
            return new ScannedPicture(hash, header.Width, header.Height)
            {
                IsGrey = header.IsGrey, HasAlpha = header.HasAlpha, Orientation = header.Orientation, HasColorProfile = header.HasColorProfile,
                IsCmyk = header.IsCmyk, BitsPerChannel = header.BitsPerChannel, Format = header.Format.ToString(),
                FrameCount = header.FrameCount, TrailingBytes = header.TrailingBytes,
            };
        }
        catch (PictureException bad)
        {
            return new ScannedPicture(hash, 0, 0) { Fault = bad.Found };
        }
    }

    // It only saves time, so one that cannot be read counts as none.
    internal static Dictionary<string, ScannedPicture> Read(string path)
    {
        if (RegularFile.TryReadAllBytes(path, PictureLimits.FileBytes) is not { } bytes)
            return [];
        try
        {
            return JsonSerializer.Deserialize(bytes, PictureScanJson.Default.DictionaryStringScannedPicture) is { } known
                && known.Values.All(picture => picture is { Sha256.Length: 64, Width: >= 0, Height: >= 0 }) ? known : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Dictionary<string, ScannedPicture>))]
internal sealed partial class PictureScanJson : JsonSerializerContext;
