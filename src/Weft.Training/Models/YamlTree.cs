using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weft.Training;

/// <summary>
/// A piece of a YAML document with its line. Plain YAML only: one document, no tags, anchors, aliases or merge keys, no key twice in one mapping.
/// </summary>
internal abstract record YamlTree(int Line)
{
    /// <summary>A longer file is refused before it is read.</summary>
    public const int MaximumBytes = 4 << 20;

    private const int MaximumCharacters = 1 << 20;

    // Deeper than any network; a hostile file would otherwise overflow the stack.
    private const int MaximumDepth = 64;

    public abstract string Kind { get; }

    /// <returns>Null where there is no document, or one that cannot be read: then <paramref name="problems"/> has grown.</returns>
    /// <param name="text">The file.</param>
    /// <param name="origin">Stands before ":line".</param>
    /// <param name="problems">Takes what is not plain YAML; nothing is thrown.</param>
    public static YamlTree? Read(string text, string origin, List<Problem> problems)
    {
        if (text.Length > MaximumCharacters)
        {
            problems.Add(new Problem(origin, $"at most {MaximumCharacters} characters", $"{text.Length}"));
            return null;
        }

        try
        {
            var parser = new Parser(new StringReader(text.TrimStart('\uFEFF')));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return null;
            parser.Consume<DocumentStart>();
            var tree = ReadNode(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
                throw new NotPlainException(parser.Current!, "one document", "a second one");
            return tree;
        }
        catch (NotPlainException found)
        {
            problems.Add(new Problem($"{origin}:{found.Line}", found.Expected, found.Found));
        }
        catch (YamlException damage)
        {
            problems.Add(new Problem($"{origin}:{damage.Start.Line}", "plain YAML", damage.InnerException?.Message ?? damage.Message));
        }
        catch (Exception damage) when (damage is InvalidOperationException or ArgumentException) // the parser's own, at some kinds of damage
        {
            problems.Add(new Problem(origin, "plain YAML", "text that is none"));
        }

        return null;
    }

    private static YamlTree ReadNode(Parser parser, int depth)
    {
        if (parser.Accept<AnchorAlias>(out var alias))
            throw new NotPlainException(alias, "plain YAML without tags and anchors", "an alias");
        var start = parser.Consume<NodeEvent>();
        if (!start.Anchor.IsEmpty || !start.Tag.IsEmpty)
            throw new NotPlainException(start, "plain YAML without tags and anchors", start.Tag.IsEmpty ? $"&{start.Anchor}" : $"{start.Tag}");
        if (depth > MaximumDepth)
            throw new NotPlainException(start, $"at most {MaximumDepth} levels", "more");
        var line = (int)start.Start.Line;
        switch (start)
        {
            case Scalar scalar:
                return new YamlScalar(scalar.Value, line);
            case SequenceStart:
                var items = new List<YamlTree>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                    items.Add(ReadNode(parser, depth + 1));
                return new YamlList(items, line);
            default:
                var (entries, keys) = (new List<YamlEntry>(), new HashSet<string>(StringComparer.Ordinal));
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    var at = parser.Current!;
                    var name = ReadNode(parser, depth + 1);
                    if (name is not YamlScalar { Value: { Length: > 0 } key and not "<<" })
                        throw new NotPlainException(at, "a key", name.Kind);
                    if (!keys.Add(key))
                        throw new NotPlainException(at, $"{key} once", "again");
                    entries.Add(new YamlEntry(key, ReadNode(parser, depth + 1), name.Line));
                }

                return new YamlMapping(entries, line);
        }
    }

    private sealed class NotPlainException(ParsingEvent at, string expected, string found) : Exception
    {
        public long Line => at.Start.Line;

        public string Expected => expected;

        public string Found => found;
    }
}

internal sealed record YamlScalar(string Value, int Line) : YamlTree(Line)
{
    public override string Kind => Value.Length == 0 ? "nothing" : $"'{Value}'";
}

internal sealed record YamlList(IReadOnlyList<YamlTree> Items, int Line) : YamlTree(Line)
{
    public override string Kind => "a list";
}

internal sealed record YamlMapping(IReadOnlyList<YamlEntry> Entries, int Line) : YamlTree(Line)
{
    public override string Kind => "a mapping";
}

internal sealed record YamlEntry(string Key, YamlTree Value, int Line);
