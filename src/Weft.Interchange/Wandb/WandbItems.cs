using Weft.Interchange.WandbWire;

namespace Weft.Interchange;

/// <summary>Values as W&amp;B's core writes them: an object is one item for each of its leaves, with the whole path as key.</summary>
internal static class WandbItems
{
    /// <summary>An object's members in order, or any other JSON value.</summary>
    public static IEnumerable<Item> Flatten(string key, object? value) => Flatten([key], value);

    public static Dictionary<string, object?> Object(params ReadOnlySpan<(string Key, object? Value)> members)
    {
        var result = new Dictionary<string, object?>(members.Length);
        foreach (var (key, value) in members)
            result.Add(key, value);
        return result;
    }

    /// <summary>Puts an item back into a tree of objects; the values are JSON texts.</summary>
    public static void PutInto(Dictionary<string, object> tree, Item item)
    {
        var at = tree;
        foreach (var part in item.NestedKey.SkipLast(1))
        {
            if (!at.TryGetValue(part, out var inner) || inner is not Dictionary<string, object> members)
                at[part] = members = [];
            at = members;
        }

        at[item.NestedKey[^1]] = item.ValueJson;
    }

    /// <summary>A tree made by <see cref="PutInto"/> as one JSON text.</summary>
    public static string Write(Dictionary<string, object> tree) => "{" + string.Join(',', tree.Select(member =>
        WandbJson.Write(member.Key) + ":" + (member.Value is Dictionary<string, object> inner ? Write(inner) : (string)member.Value))) + "}";

    private static IEnumerable<Item> Flatten(string[] path, object? value)
    {
        if (value is IReadOnlyDictionary<string, object?> { Count: > 0 } members)
            return members.SelectMany(member => Flatten([.. path, member.Key], member.Value));
        return [new Item { NestedKey = { path }, ValueJson = WandbJson.Write(value) }];
    }
}
