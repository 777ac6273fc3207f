using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>Reads a model file's text; every mistake in it becomes a problem with its line.</summary>
internal sealed partial class ModelFileReader(string origin, int classes, FeatureShape input, string name)
{
    /// <summary>Stands for the number of classes in the data.</summary>
    public const string ClassesWord = "classes";

    public const int LargestNumber = 65_536;

    private const int MostLayers = 2_000;

    private static readonly string[] Sections = ["name", "input", "layers"];

    private readonly Dictionary<Layer, int> _lines = new(ReferenceEqualityComparer.Instance);

    public List<Problem> Problems { get; } = [];

    /// <summary>The line of a layer that was read, as "file:line".</summary>
    public string Where(Layer? layer) => layer is not null && _lines.TryGetValue(layer, out var line) ? At(line) : origin;

    /// <returns>Null where <see cref="Problems"/> has something.</returns>
    public NetworkDescription? Read(string text)
    {
        var tree = YamlTree.Read(text, origin, Problems);
        if (tree is null)
        {
            if (Problems.Count == 0)
                Problems.Add(new Problem(origin, "a network", "an empty file"));
            return null;
        }

        if (tree is not YamlMapping file)
        {
            Add(tree.Line, "the keys name, input and layers", tree.Kind);
            return null;
        }

        Layer? body = null;
        foreach (var entry in file.Entries)
        {
            switch (entry.Key)
            {
                case "name" when entry.Value is YamlScalar scalar && ModelFile.IsName(scalar.Value):
                    name = scalar.Value;
                    break;
                case "name":
                    Add(entry.Line, "a name of letters, digits, _, - and .", entry.Value.Kind);
                    break;
                case "input":
                    ReadInput(entry);
                    break;
                case "layers":
                    body = ReadLayer(entry.Value);
                    break;
                default:
                    AddUnknown(entry, "key", Sections);
                    break;
            }
        }

        if (file.Entries.All(entry => entry.Key != "layers"))
            Add(tree.Line, "the key layers", $"only {string.Join(", ", file.Entries.Select(entry => entry.Key))}");
        if (_lines.Count > MostLayers)
            Add(tree.Line, $"at most {MostLayers} layers", $"{_lines.Count}");
        return Problems.Count == 0 && body is not null ? new NetworkDescription(name, input, body) : null;
    }

    [GeneratedRegex("^([0-9]{1,5})x([0-9]{1,5})(?:x([0-9]{1,5}))?$")]
    private static partial Regex ShapeForm();

    private void ReadInput(YamlEntry entry)
    {
        if (entry.Value is not YamlScalar scalar || ShapeForm().Match(scalar.Value) is not { Success: true } match)
        {
            Add(entry.Line, "height x width x channels, as in 28x28x1", entry.Value.Kind);
            return;
        }

        var written = new FeatureShape(Number(1), Number(2), match.Groups[3].Success ? Number(3) : 1);
        if (written != input)
            Add(entry.Line, $"the data's {Text(input)}, or no input (the data's is taken)", scalar.Value);

        int Number(int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    // "relu", "max_pool2d: 2", "conv2d: {…}", or a list: layers one after the other.
    private Layer? ReadLayer(YamlTree tree)
    {
        switch (tree)
        {
            case YamlList list:
                return Remember(new Sequential(ReadLayers(list)), list.Line);
            case YamlScalar scalar:
                return Create(new YamlEntry(scalar.Value, new YamlMapping([], scalar.Line), scalar.Line));
            case YamlMapping { Entries: [var only] }:
                return Create(only);
            default:
                Add(tree.Line, "one layer: its name, or its name, a colon and its values",
                    $"{((YamlMapping)tree).Entries.Count} keys: {string.Join(", ", ((YamlMapping)tree).Entries.Select(entry => entry.Key))}");
                return null;
        }
    }

    private ImmutableArray<Layer> ReadLayers(YamlList list) => [.. list.Items.Select(ReadLayer).OfType<Layer>()];

    private Layer? Create(YamlEntry entry)
    {
        if (LayerTypes.Kinds.FirstOrDefault(known => known.Name == entry.Key) is not { } kind)
        {
            AddUnknown(entry, "layer", [.. LayerTypes.Kinds.Select(known => known.Name)]);
            return null;
        }

        var values = new Dictionary<LayerKey, object>();
        var complete = true;
        // The only value a layer needs may stand without its key.
        if (entry.Value is not YamlMapping mapping || (kind.Required is [{ IsLayer: true }] && IsLayer(mapping)))
            mapping = new YamlMapping(entry.Value is YamlScalar { Value.Length: 0 } ? [] : [new YamlEntry(Only(kind), entry.Value, entry.Line)], entry.Line);
        foreach (var given in mapping.Entries)
        {
            var key = kind.Keys.FirstOrDefault(known => known.Name == given.Key);
            if (key is null && given.Key.Length == 0)
                Add(given.Line, $"{kind.Name}: {{{string.Join(", ", kind.Required.Select(required => required.Name + ": …"))}}}", given.Value.Kind);
            else if (key is null)
                AddUnknown(given, $"key of {kind.Name}", [.. kind.Keys.Select(known => known.Name)]);
            else if (ReadValue(key, given) is { } value)
                values[key] = value;
            complete &= key is not null && values.ContainsKey(key);
        }

        foreach (var missing in kind.Required.Where(key => mapping.Entries.All(given => given.Key != key.Name)))
        {
            complete = false;
            if (mapping.Entries.All(given => kind.Keys.Any(key => key.Name == given.Key))) // else what is wrong has been said
                Add(entry.Line, $"{kind.Name} with {missing.Name}", mapping.Entries.Count == 0 ? "nothing"
                    : $"only {string.Join(", ", mapping.Entries.Select(given => given.Key))}");
        }

        return complete ? Remember(kind.Create(values), entry.Line) : null;
    }

    private static string Only(LayerKind kind) => kind.Required is [var only] ? only.Name : "";

    private static bool IsLayer(YamlMapping mapping) => mapping.Entries is [var only] && LayerTypes.Kinds.Any(kind => kind.Name == only.Key);

    private object? ReadValue(LayerKey key, YamlEntry given)
    {
        if (key.IsLayer)
            return ReadLayer(given.Value);
        if (key.IsLayers)
        {
            if (given.Value is YamlList list)
                return ReadLayers(list);
            Add(given.Line, $"a list of layers for {key.Name}", given.Value.Kind);
            return null;
        }

        if (key.IsWindow)
            return ReadWindow(key, given);
        var text = (given.Value as YamlScalar)?.Value;
        if (key.MayBeClasses && text == ClassesWord)
            return classes;
        var (value, expected) = Parse(key, text);
        if (value is null)
            Add(given.Line, $"{expected} for {key.Name}", given.Value.Kind);
        return value;
    }

    private object? ReadWindow(LayerKey key, YamlEntry given)
    {
        var written = given.Value is YamlList list ? list.Items : [given.Value];
        var numbers = written.Select(item => Whole((item as YamlScalar)?.Value)).OfType<int>().ToList();
        var window = numbers.Count == written.Count ? WindowNumbers.Create(key.Type, numbers) : null;
        if (window is null)
        {
            var found = given.Value is YamlList ? $"a list of {string.Join(", ", written.Select(item => item.Kind))}" : given.Value.Kind;
            Add(given.Line, $"a whole number of at most {LargestNumber}, or a list of {WindowNumbers.Lengths(key.Type)}, for {key.Name}", found);
        }

        return window;
    }

    private static int? Whole(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole <= LargestNumber ? whole : null;

    private static (object? Value, string Expected) Parse(LayerKey key, string? text)
    {
        if (key.Type == typeof(int))
            return (Whole(text), $"a whole number of at most {LargestNumber}{(key.MayBeClasses ? $", or {ClassesWord}," : "")}");

        if (key.Type == typeof(double))
        {
            var right = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
            return (right ? number : null, "a number");
        }

        if (key.Type == typeof(bool))
            return (text is "true" or "false" ? text == "true" : null, "true or false");
        // A name is part of its parameters' names, in which dots separate; an empty one adds nothing to them.
        return (text is { Length: <= 64 } && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
            ? text : null, "letters, digits, _ and -");
    }

    private Layer Remember(Layer layer, int line)
    {
        _lines[layer] = line;
        return layer;
    }

    private void AddUnknown(YamlEntry entry, string what, IReadOnlyList<string> known)
    {
        var near = Problems.Count < Mistakes.Shown ? Suggestion.For(entry.Key, known) : null;
        Add(entry.Line, near is null ? $"one of {string.Join(", ", known)}" : $"did you mean {near}?", $"unknown {what} {entry.Key}");
    }

    private void Add(int line, string expected, string found) => Problems.Add(new Problem(At(line), expected, found));

    private string At(int line) => $"{origin}:{line}";

    private static string Text(FeatureShape shape) => $"{shape.Height}x{shape.Width}x{shape.Channels}";
}
