using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weft.Training;

/// <summary>A file that gave no prediction.</summary>
internal sealed record PredictionFailure(string File, ErrorKind Kind, string What, string? Found);

/// <summary>Which pictures a part holds, of what list, and what they were predicted with: the first line of its file.</summary>
/// <param name="Part">Its number, from 1.</param>
/// <param name="Pictures">All pictures of the list, as <see cref="PictureList.Count"/> counts.</param>
internal sealed record PredictionPart(int Part, int Parts, long Pictures)
{
    internal const int CurrentVersion = 1;

    public int V { get; init; } = CurrentVersion;

    /// <summary>SHA-256 of the list.</summary>
    public required string List { get; init; }

    /// <summary>SHA-256 of the model's file.</summary>
    public required string Model { get; init; }

    /// <summary>Two machines that compute alike have the same one.</summary>
    public required string NumericProfile { get; init; }

    /// <summary>The views, and what is done to pictures.</summary>
    public required string Options { get; init; }

    /// <summary>The number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>The first of its pictures.</summary>
    internal long First => (long)((Int128)Pictures * (Part - 1) / Parts);

    /// <summary>How many pictures it has: parts differ by one at most.</summary>
    internal long Count => (long)((Int128)Pictures * Part / Parts) - First;

    internal string FileName => $"part-{Part.ToString(new string('0', Parts.ToString(CultureInfo.InvariantCulture).Length), CultureInfo.InvariantCulture)}"
        + $"-of-{Parts}{PredictionParts.Ending}";

    /// <summary>What two parts of one table have in common, with the names that people know it by.</summary>
    internal IEnumerable<(string Name, string Value)> Identity =>
    [
        ("number of parts", $"{Parts}"), ("list of pictures", $"{Pictures} pictures, SHA-256 {List}"), ("model", $"SHA-256 {Model}"),
        ("numeric profile", NumericProfile), ("options", Options),
    ];

    internal bool IsPossible => V == CurrentVersion && Parts >= 1 && Part >= 1 && Part <= Parts && Pictures >= 0 && Classes >= 1;
}

/// <summary>What a part ends with: how much there is, so that a file that was cut off or edited is known.</summary>
/// <param name="Sha256">Over all lines before.</param>
internal sealed record PredictionPartEnd(long Rows, string Sha256, IReadOnlyList<PredictionFailure> Failed);

/// <summary>
/// Predictions in parts, each made by a process of its own on any machine: a file of JSON Lines that is there whole or not at all, so that making a part twice
/// is harmless.
/// </summary>
internal static class PredictionParts
{
    public const string Ending = ".jsonl";

    private const string CannotBeWritten = "the part cannot be written";
    private const int LongestHeader = 1 << 16;

    /// <summary>Writes a part while its pictures are predicted.</summary>
    internal sealed class Writer : IDisposable
    {
        private readonly string _path;
        private readonly PendingFile _file;
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly Advice _again = new("run the part again: what is there stays until the new one is whole");
        private long _rows;

        public Writer(string folder, PredictionPart part)
        {
            _path = Path.Combine(folder, part.FileName);
            _file = OutputFile.Create(_path, CannotBeWritten, _again);
            Write(JsonSerializer.Serialize(part, PredictionJson.Part));
        }

        public string FilePath => _path;

        public void Add(PredictionEntry entry)
        {
            _rows++;
            Write(JsonSerializer.Serialize(entry, PredictionJson.Entry));
        }

        public void Keep(IReadOnlyList<PredictionFailure> failed)
        {
            Write(JsonSerializer.Serialize(new PredictionPartEnd(_rows, Convert.ToHexStringLower(_hash.GetCurrentHash()), failed), PredictionJson.PartEnd));
            OutputFile.Told(_path, CannotBeWritten, _again, _file.Keep);
        }

        public void Dispose()
        {
            _file.Dispose();
            _hash.Dispose();
        }

        private void Write(string line)
        {
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            _hash.AppendData(bytes);
            OutputFile.Told(_path, CannotBeWritten, _again, () => _file.Stream.Write(bytes));
        }
    }

    /// <summary>Puts the parts of a folder together, in their order, to the bytes that one process would have written.</summary>
    /// <returns>How many rows, and the files that gave none.</returns>
    /// <exception cref="WeftException">A part is missing, there twice, damaged, or of another table: the message names it, and no table is written.</exception>
    public static (long Rows, IReadOnlyList<PredictionFailure> Failed) Merge(string folder, string path, CancellationToken cancellationToken)
    {
        _ = PredictionTableFile.IsCsv(path);
        var parts = Find(folder);
        var failed = new List<PredictionFailure>();
        using var table = new PredictionTableFile(path, parts[0].Part.Classes);
        foreach (var (file, part) in parts)
            failed.AddRange(Append(file, part, table, cancellationToken).Failed);
        table.Keep();
        return (table.Rows, failed);
    }

    private static List<(string File, PredictionPart Part)> Find(string folder)
    {
        List<(string File, PredictionPart Part)> parts;
        try
        {
            parts = [.. Directory.EnumerateFiles(folder, "*" + Ending).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)
                .Select(file => (file, Header(file))).OrderBy(part => part.Item2.Part)];
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the folder of parts cannot be read", folder, "nothing was touched");
        }

        if (parts.Count == 0)
            throw Refused("there are no parts in this folder", folder, "files that predict --part wrote: part-1-of-4.jsonl", "none");
        var first = parts[0];
        foreach (var (file, part) in parts)
        {
            foreach (var (expected, found) in first.Part.Identity.Zip(part.Identity))
            {
                if (expected != found)
                {
                    throw Refused($"a part belongs to another table: its {found.Name} differs", file, $"{expected.Value}, as {first.File} has it",
                        found.Value, "move it elsewhere, or make it again as the others were made");
                }
            }
        }

        foreach (var twice in parts.GroupBy(part => part.Part.Part).Where(group => group.Count() > 1))
            throw Refused($"part {twice.Key} is there twice", string.Join(", ", twice.Select(part => part.File)), "each part once", $"{twice.Count()} files");
        int[] missing = [.. Enumerable.Range(1, first.Part.Parts).Except(parts.Select(part => part.Part.Part))];
        if (missing.Length > 0)
        {
            throw Refused(
                missing.Length == 1 ? $"part {missing[0]} is missing" : $"{missing.Length} parts are missing", folder, $"{first.Part.Parts} parts",
                "without " + Ranges(missing), $"make them: predict … --part {missing[0]}/{first.Part.Parts} --out {folder}");
        }

        return parts;
    }

    private static PredictionPart Header(string file)
    {
        using var stream = RegularFile.OpenRead(file);
        var start = new byte[LongestHeader];
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var end = start.AsSpan(0, length).IndexOf((byte)'\n');
        var part = Parsed(file, () => JsonSerializer.Deserialize(start.AsSpan(0, Math.Max(end, 0)), PredictionJson.Part));
        if (part is { V: > PredictionPart.CurrentVersion })
            throw FormatVersion.Newer(file, PredictionPart.CurrentVersion, part.V);
        return part is { IsPossible: true } ? part : throw Damaged(file, "a first line that says which part it is", "another");
    }

    private static PredictionPartEnd Append(string file, PredictionPart part, PredictionTableFile table, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(RegularFile.OpenRead(file), new UTF8Encoding(false, throwOnInvalidBytes: true));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var rows = -1L; // the first line is no row
            var line = reader.ReadLine();
            while (line is not null && reader.ReadLine() is { } next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
                if (++rows > 0)
                {
                    var entry = Parsed(file, () => JsonSerializer.Deserialize(line, PredictionJson.Entry));
                    if (entry is null || entry.Probabilities.Count != part.Classes)
                        throw Damaged(file, $"{part.Classes} probabilities in a row", $"{entry?.Probabilities.Count ?? 0}");
                    table.Add(entry);
                }

                line = next;
            }

            var end = Parsed(file, () => JsonSerializer.Deserialize(line ?? "", PredictionJson.PartEnd));
            var sum = Convert.ToHexStringLower(hash.GetHashAndReset());
            return end is not null && end.Rows == rows && end.Sha256 == sum ? end : throw Damaged(file, $"{end?.Rows} rows with SHA-256 {end?.Sha256}",
                $"{rows} with {sum}");
        }
        catch (Exception failure) when (DiskFailure.Is(failure) || failure is DecoderFallbackException)
        {
            throw Damaged(file, "a part that can be read", failure.Message);
        }
    }

    private static T? Parsed<T>(string file, Func<T?> parse)
    {
        try
        {
            return parse();
        }
        catch (JsonException wrong)
        {
            throw Damaged(file, "lines of JSON as predict --part writes them", wrong.Message);
        }
    }

    private static WeftException Damaged(string file, string expected, string found) =>
        Refused("this is no whole part", file, expected, found, "delete it and make the part again");

    private static WeftException Refused(string what, string where, string expected, string found, string? advice = null) => new(ErrorKind.InvalidInput, what)
    {
        Where = where, Expected = expected, Found = found, Safe = "no table was written, and the parts are as they were",
        Next = advice is null ? null : new Advice(advice),
    };

    // 3, 5-9
    private static string Ranges(int[] numbers)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var number in numbers)
        {
            if (ranges is [.., var last] && last.Last == number - 1)
                ranges[^1] = (last.First, number);
            else
                ranges.Add((number, number));
        }

        return string.Join(", ", ranges.Take(Mistakes.Shown).Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"))
            + (ranges.Count > Mistakes.Shown ? ", …" : "");
    }
}
