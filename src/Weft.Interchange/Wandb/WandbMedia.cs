using System.Security.Cryptography;
using System.Text;

namespace Weft.Interchange;

/// <summary>A file of a run with the names W&amp;B gives it.</summary>
/// <param name="Path">Below <c>files/</c>.</param>
internal sealed record WandbMedia(string Path, byte[] Content, string Sha256)
{
    private const int NameHash = 20;

    public static WandbMedia Image(string key, long row, byte[] png) => Of("images", key, row, png, "png");

    /// <param name="table">As JSON.</param>
    public static WandbMedia Table(string key, long row, string table) => Of("table", key, row, Encoding.UTF8.GetBytes(table), "table.json");

    /// <summary>What stands for an image in a history or in a table.</summary>
    public Dictionary<string, object?> ImageValue(int width, int height) => WandbItems.Object(
        ("_type", "image-file"), ("sha256", Sha256), ("size", Content.Length), ("path", Path), ("format", "png"), ("width", width), ("height", height));

    public Dictionary<string, object?> TableValue(int columns, int rows) => WandbItems.Object(
        ("_type", "table-file"), ("sha256", Sha256), ("size", Content.Length), ("path", Path), ("ncols", columns), ("nrows", rows), ("log_mode", "IMMUTABLE"));

    /// <summary>As the manifest of an artifact has it.</summary>
    public string Md5 => Convert.ToBase64String(MD5.HashData(Content));

    private static WandbMedia Of(string kind, string key, long row, byte[] content, string ending)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        return new WandbMedia(FormattableString.Invariant($"media/{kind}/{key}_{row}_{sha256[..NameHash]}.{ending}"), content, sha256);
    }
}
