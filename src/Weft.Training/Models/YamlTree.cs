using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weft.Training;

/// <summary>A piece of a YAML document with its line. Plain YAML only: one document, no tags, anchors, aliases or merge keys.</summary>
internal abstract record YamlTree(int Line)
{
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
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                problems.Add(new Problem(origin, "a network", "an empty file"));
                return null;
            }

            parser.Consume<DocumentStart>();
            var tree = ReadNode(parser, 0);
            parser.Consume<DocumentEnd>();
            if (parser.Accept<StreamEnd>(out _))
                return tree;
            throw new YamlException(parser.Current!.Start, parser.Current.End, "a second document; one is expected");
        }
        catch (YamlException damage)
        {
            problems.Add(new Problem($"{origin}:{damage.Start.Line}", "plain YAML", damage.InnerException?.Message ?? damage.Message));
            return null;
        }
        catch (Exception damage) when (damage is InvalidOperationException or ArgumentException) // the parser's own, at some kinds of damage
        {
            problems.Add(new Problem(origin, "plain YAML", "text that is none"));
            return null;
        }
    }

    private static YamlTree ReadNode(Parser parser, int depth)
    {
        if (parser.Accept<AnchorAlias>(out var alias))
            throw Wrong(alias, "an alias; tags, anchors and aliases are not read");
        var start = parser.Consume<NodeEvent>();
        if (!start.Anchor.IsEmpty || !start.Tag.IsEmpty)
            throw Wrong(start, $"{(start.Tag.IsEmpty ? $"&{start.Anchor}" : $"{start.Tag}")}; tags, anchors and aliases are not read");
        if (depth > MaximumDepth)
            throw Wrong(start, $"nested more than {MaximumDepth} levels deep");
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
                    if (ReadNode(parser, depth + 1) is not YamlScalar { Value: { Length: > 0 } key and not "<<" } name)
                        throw Wrong(start, "a mapping with something else than a word as key");
                    if (!keys.Add(key))
                        throw Wrong(start, $"{key} twice in one mapping");
                    entries.Add(new YamlEntry(key, ReadNode(parser, depth + 1), name.Line));
                }

                return new YamlMapping(entries, line);
        }
    }

    private static YamlException Wrong(ParsingEvent at, string found) => new(at.Start, at.End, found);
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
