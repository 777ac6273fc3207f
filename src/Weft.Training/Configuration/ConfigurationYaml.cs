using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weft.Training;

/// <summary>One value as a source gave it.</summary>
/// <param name="Key">Dotted.</param>
/// <param name="Origin">For people: "default", "recipe tuned/cnn5", "file x.yaml:12", "--epochs".</param>
public sealed record ConfigurationValue(string Key, string Text, string Origin);

/// <summary>
/// Reads the plain subset of YAML that configurations are written in: nested mappings of scalars, one document, no tags, anchors, aliases,
/// merge keys or lists. Section names and keys may also be joined by dots.
/// </summary>
internal static class ConfigurationYaml
{
    /// <summary>A longer file is refused before it is read.</summary>
    public const int MaximumBytes = 4 << 20;

    private const int MaximumCharacters = 1 << 20;
    private const int MaximumDepth = 8;

    /// <param name="origin">Stands before ":line" in the origin of each value.</param>
    /// <param name="problems">Takes what is not in the subset; nothing is thrown.</param>
    public static IReadOnlyList<ConfigurationValue> Read(string text, string origin, List<Problem> problems)
    {
        var values = new List<ConfigurationValue>();
        if (text.Length > MaximumCharacters)
        {
            problems.Add(new Problem(origin, $"at most {MaximumCharacters} characters", $"{text.Length}"));
            return values;
        }

        try
        {
            var parser = new Parser(new StringReader(text.TrimStart('\uFEFF')));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return values;
            parser.Consume<DocumentStart>();
            if (parser.Accept<Scalar>(out var only) && only.Value.Length == 0)
                return values; // comments only
            if (!parser.Accept<MappingStart>(out _))
                problems.Add(new Problem($"{origin}:{parser.Current!.Start.Line}", "key: value lines", Describe(parser.Current)));
            else if (ReadMapping(parser, "", 0, origin, values, problems))
            {
                parser.Consume<DocumentEnd>();
                if (!parser.Accept<StreamEnd>(out _))
                    problems.Add(new Problem($"{origin}:{parser.Current!.Start.Line}", "one document", "a second one"));
            }
        }
        catch (YamlException damage)
        {
            problems.Add(new Problem($"{origin}:{damage.Start.Line}", "YAML", damage.InnerException?.Message ?? damage.Message));
        }
        catch (Exception damage) when (damage is InvalidOperationException or ArgumentException) // the parser's own, at some kinds of damage
        {
            problems.Add(new Problem(origin, "YAML", "text that is none"));
        }

        foreach (var twice in values.GroupBy(value => value.Key).Where(group => group.Count() > 1))
            problems.Add(new Problem(twice.Last().Origin, $"{twice.Key} once", $"again, first at {twice.First().Origin}"));
        return values;
    }

    // False where the rest cannot be understood.
    private static bool ReadMapping(Parser parser, string prefix, int depth, string origin, List<ConfigurationValue> values, List<Problem> problems)
    {
        var start = parser.Consume<MappingStart>();
        if (Refuse(start, $"{origin}:{start.Start.Line}", problems))
            return false;
        if (depth > MaximumDepth)
        {
            problems.Add(new Problem($"{origin}:{start.Start.Line}", $"at most {MaximumDepth} levels", "more"));
            return false;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var where = $"{origin}:{parser.Current!.Start.Line}";
            if (!parser.TryConsume<Scalar>(out var key) || key.Value.Length == 0 || key.Value == "<<" || Refuse(key, where, problems))
            {
                problems.Add(new Problem(where, "a key", key is null ? Describe(parser.Current!) : $"'{key.Value}'"));
                return false;
            }

            var path = prefix + key.Value;
            if (parser.Accept<MappingStart>(out _))
            {
                if (!ReadMapping(parser, path + ".", depth + 1, origin, values, problems))
                    return false;
            }
            else if (parser.TryConsume<Scalar>(out var scalar) && !Refuse(scalar, where, problems))
                values.Add(new ConfigurationValue(path, scalar.Value, where));
            else
            {
                if (scalar is null)
                    problems.Add(new Problem(where, $"one value for {path}", Describe(parser.Current!)));
                return false;
            }
        }

        return true;
    }

    private static bool Refuse(NodeEvent node, string where, List<Problem> problems)
    {
        if (node.Anchor.IsEmpty && node.Tag.IsEmpty)
            return false;
        problems.Add(new Problem(where, "plain YAML without tags and anchors", node.Tag.IsEmpty ? $"&{node.Anchor}" : $"{node.Tag}"));
        return true;
    }

    private static string Describe(ParsingEvent node) => node switch
    {
        SequenceStart => "a list",
        MappingStart => "a mapping",
        AnchorAlias => "an alias",
        Scalar scalar => $"'{scalar.Value}'",
        _ => "something else",
    };
}
