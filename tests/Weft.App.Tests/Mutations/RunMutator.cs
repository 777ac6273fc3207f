using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>
/// Damages a run's folder in one of many ways, each a function of a seed: bits and pieces of bytes, well-formed documents that say something wrong, and
/// things that are no files.
/// </summary>
internal sealed class RunMutator(string run, int seed)
{
    private const int SealedDigits = 64;
    private const int SealAt = 8 + 29; // after the header's length and {"__metadata__":{"sha256":"

    private static readonly string[] Files =
    [
        "run.json", "config.yaml", "model.yaml", "events.jsonl", "metrics.csv", "owner.pid", "run.lock", "checkpoints/last.safetensors",
        "checkpoints/best.safetensors", "checkpoints/last.previous.safetensors",
        "eval/validation/metrics.json", "eval/validation/predictions.csv", "eval/validation/per_class.csv", "analysis/validation/analysis.json",
        "analysis/validation/cases.json",
    ];

    private static readonly string[] Folders = ["checkpoints", "eval", "eval/validation", "analysis"];

    // What somebody's editor, another program or a flipped bit makes of a value.
    private static readonly string[] Values =
    [
        "null", "[]", "{}", "\"\"", "\"text\"", "0", "-1", "3", "500", "1e308", "2147483648", "-9223372036854775808", "99999999999999999999", "0.5", "true",
        "\"NaN\"", "\"Infinity\"", "[null]", "[[[]]]", "\"\\u0000\"", "[1,2,3]",
    ];

    private readonly Random _random = new(seed);

    /// <returns>What was done, for the message of a test that fails.</returns>
    public string Mutate()
    {
        var done = new List<string>();
        for (var more = 1 + _random.Next(2); more > 0; more--)
            done.Add(_random.Next(10) switch
            {
                0 or 1 => Bytes(Pick(Files)),
                2 => NoFile(Pick(Files)),
                3 => NoFolder(Pick(Folders)),
                4 or 5 => Json(Pick("run.json", "eval/validation/metrics.json", "analysis/validation/analysis.json", "analysis/validation/cases.json")),
                6 => Event(),
                7 => Row(),
                _ => Metadata(Pick("checkpoints/last.safetensors", "checkpoints/best.safetensors")),
            });
        return string.Join("; ", done);
    }

    private string Bytes(string name)
    {
        if (Read(name) is not { Length: > 0 } bytes)
            return $"{name} is not there";
        var list = bytes.ToList();
        switch (_random.Next(6))
        {
            case 0:
                list[_random.Next(list.Count)] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                list = list[.._random.Next(list.Count)];
                break;
            case 2:
                list.InsertRange(_random.Next(list.Count), Enumerable.Range(0, 1 + _random.Next(40)).Select(_ => (byte)_random.Next(256)));
                break;
            case 3:
                var from = _random.Next(list.Count);
                list.RemoveRange(from, Math.Min(list.Count - from, 1 + _random.Next(60)));
                break;
            case 4:
                list.Clear();
                break;
            default:
                list.AddRange(list.ToArray());
                break;
        }

        Write(name, [.. list]);
        return $"{name}: {bytes.Length} to {list.Count} bytes";
    }

    private string NoFile(string name)
    {
        var path = Path.Combine(run, name);
        if (!TryRemove(path))
            return $"{name} has no folder";
        switch (_random.Next(6))
        {
            case 0:
                return $"{name} removed";
            case 1:
                Directory.CreateDirectory(path);
                return $"{name} is a folder";
            case 2:
                File.CreateSymbolicLink(path, Path.Combine(run, "..", "nowhere"));
                return $"{name} is a dangling link";
            case 3:
                File.CreateSymbolicLink(path, "/dev/zero");
                return $"{name} is a link to /dev/zero";
            case 4:
                File.CreateSymbolicLink(path, Path.Combine(run, Pick(Files)));
                return $"{name} is a link to a file of the run";
            default:
                using (var made = Process.Start("mkfifo", [path])!)
                    made.WaitForExit();
                return $"{name} is a pipe";
        }
    }

    private string NoFolder(string name)
    {
        var path = Path.Combine(run, name);
        if (!TryRemove(path))
            return $"{name} has no folder";
        switch (_random.Next(3))
        {
            case 0:
                return $"{name} removed";
            case 1:
                File.WriteAllText(path, "a file");
                return $"{name} is a file";
            default:
                Directory.CreateSymbolicLink(path, Directory.CreateDirectory(Path.Combine(run, "..", "..", "elsewhere")).FullName);
                return $"{name} is a link to another folder";
        }
    }

    private string Json(string name)
    {
        if (Read(name) is not { } bytes || Parse(Encoding.UTF8.GetString(bytes)) is not { } root)
            return $"{name} is no JSON";
        var what = Change(root);
        Write(name, Encoding.UTF8.GetBytes(root.ToJsonString()));
        return $"{name}: {what}";
    }

    private string Event()
    {
        var lines = Text("events.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
            return "no events";
        var at = _random.Next(lines.Length);
        if (Parse(lines[at]) is not JsonObject line)
            return "no event";
        line.Remove("crc");
        var what = Change(line);
        var text = line.ToJsonString();
        lines[at] = _random.Next(2) == 0 ? text : $"{text[..^1]},\"crc\":\"{Crc(text)}\"}}";
        Write("events.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        return $"event {at}: {what}";
    }

    private string Row()
    {
        var lines = Text("metrics.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2)
            return "no rows";
        var at = 1 + _random.Next(lines.Length - 1);
        var fields = lines[at].Split(',')[..^1];
        if (fields.Length == 0)
            return "no row";
        var column = _random.Next(fields.Length);
        fields[column] = Pick("", "-1", "1e400", "NaN", "999999999999", "0", "Infinity", "text", "1.5");
        var text = string.Join(',', fields);
        lines[at] = $"{text},{Crc(text)}";
        Write("metrics.csv", Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        return $"row {at}, column {column}: {fields[column]}";
    }

    // Sealed again, so that only what it says is wrong.
    private string Metadata(string name)
    {
        if (Read(name) is not { Length: > 200 } bytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes) is var length && length > (ulong)bytes.Length - 8)
            return $"{name} is no checkpoint";
        if (Parse(Encoding.UTF8.GetString(bytes.AsSpan(8, (int)length))) is not JsonObject header || header["__metadata__"] is not JsonObject metadata)
            return $"{name} has no header";
        string what;
        var key = Pick([.. metadata.Select(entry => entry.Key).Where(key => key != "sha256")]);
        if (_random.Next(5) == 0)
            what = Change(header);
        else if (metadata[key] is JsonValue value && value.TryGetValue<string>(out var inner) && Parse(inner) is JsonObject or JsonArray && _random.Next(6) > 0)
        {
            var document = Parse(inner)!;
            what = $"{key}: {Change(document)}";
            metadata[key] = document.ToJsonString();
        }
        else
        {
            metadata[key] = Pick("", "-1", "99", "text", "null", "{}", "[]", "1e9", "2147483648");
            what = $"{key} = {metadata[key]}";
        }

        var text = Encoding.UTF8.GetBytes(
            header.ToJsonString(
                new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        var file = new byte[8 + text.Length + bytes.Length - 8 - (int)length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)text.Length);
        text.CopyTo(file, 8);
        bytes.AsSpan(8 + (int)length).CopyTo(file.AsSpan(8 + text.Length));
        if (file.Length > SealAt + SealedDigits)
        {
            file.AsSpan(SealAt, SealedDigits).Fill((byte)'0');
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file))).CopyTo(file, SealAt);
        }

        Write(name, file);
        return $"{name}: {what}";
    }

    // One value anywhere in the document becomes another, goes, or comes twice.
    private string Change(JsonNode root)
    {
        var places = Places(root).ToList();
        if (places.Count == 0)
            return "empty";
        var (parent, key, index) = places[_random.Next(places.Count)];
        var value = Parse(Pick(Values))!;
        if (parent is JsonObject owner)
        {
            if (_random.Next(4) == 0)
                owner.Remove(key!);
            else
                owner[key!] = value;
            return $"{key} = {(owner.ContainsKey(key!) ? Short(owner[key!]) : "(gone)")}";
        }

        var list = (JsonArray)parent;
        switch (_random.Next(4))
        {
            case 0:
                list.RemoveAt(index);
                break;
            case 1:
                list.Insert(index, value);
                break;
            case 2:
                for (var i = 0; i < 500; i++)
                    list.Add(i);
                break;
            default:
                list[index] = value;
                break;
        }

        return $"[{index}] of {list.GetPath()} now {list.Count}";
    }

    private static IEnumerable<(JsonNode Parent, string? Key, int Index)> Places(JsonNode node)
    {
        if (node is JsonObject owner)
        {
            foreach (var (key, child) in owner)
            {
                yield return (node, key, 0);
                foreach (var place in child is null ? [] : Places(child))
                    yield return place;
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < Math.Min(list.Count, 50); i++)
            {
                yield return (node, null, i);
                foreach (var place in list[i] is { } child ? Places(child) : [])
                    yield return place;
            }
        }
    }

    private static string Short(JsonNode? node) => node?.ToJsonString() is { } text ? text[..Math.Min(40, text.Length)] : "null";

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (Exception damage) when (damage is System.Text.Json.JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string Crc(string text) => Crc32.HashToUInt32(Encoding.UTF8.GetBytes(text)).ToString("x8");

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private string Text(string name) => Read(name) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";

    private byte[]? Read(string name) =>
        new FileInfo(Path.Combine(run, name)) is { Exists: true, LinkTarget: null, Length: > 0 } file && !file.Attributes.HasFlag(FileAttributes.Directory)
            ? File.ReadAllBytes(file.FullName)
            : null;

    private void Write(string name, byte[] bytes)
    {
        var path = Path.Combine(run, name);
        if (File.Exists(path) && new FileInfo(path) is { LinkTarget: null })
            File.WriteAllBytes(path, bytes);
    }

    // False where what should hold it is no folder any more.
    private static bool TryRemove(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
