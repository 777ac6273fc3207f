using System.Text.Json;

namespace Weft.App;

/// <summary>The runs a page wants to hear of, as its script reads them.</summary>
internal static class WatchList
{
    public static string Of(IEnumerable<string> names) => JsonSerializer.Serialize([.. names], DocumentJson.Default.ListString);
}
