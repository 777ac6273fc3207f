using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>Writes a description as a model file: a layer a line, its values in braces, what is nested below it.</summary>
internal sealed class ModelFileWriter
{
    private readonly StringBuilder _text = new();

    public static string Write(NetworkDescription description)
    {
        var writer = new ModelFileWriter();
        writer._text.Append($"name: {description.Name}\n");
        writer._text.Append($"input: {description.Input.Height}x{description.Input.Width}x{description.Input.Channels}\n");
        writer._text.Append("layers:\n");
        writer.WriteNested(description.Body, 1);
        return writer._text.ToString();
    }

    // What follows "key:" on its own lines.
    private void WriteNested(Layer layer, int depth)
    {
        if (layer is Sequential { Name: null, Layers: { Length: > 0 } layers })
        {
            WriteList(layers, depth);
            return;
        }

        Indent(depth);
        WriteLayer(layer, depth);
    }

    private void WriteList(ImmutableArray<Layer> layers, int depth)
    {
        foreach (var layer in layers)
        {
            Indent(depth);
            _text.Append("- ");
            WriteLayer(layer, depth + 1);
        }
    }

    // The cursor stands at the layer's column, which is depth.
    private void WriteLayer(Layer layer, int depth)
    {
        if (layer is Sequential { Name: null, Layers.Length: 0 })
        {
            _text.Append("[]\n");
            return;
        }

        var kind = LayerTypes.Kinds.First(known => known.Type == layer.GetType());
        var values = kind.Required.Select(key => (Key: key, Value: key.Property.GetValue(layer)!)).Concat(kind.Changed(layer)).ToList();
        if (values.Any(pair => pair.Key.IsLayer || pair.Key.IsLayers))
        {
            _text.Append($"{kind.Name}:\n");
            foreach (var (key, value) in values)
                WriteBlockValue(key, value, depth + 1);
        }
        else if (values.Count == 0)
        {
            _text.Append($"{kind.Name}\n");
        }
        else if (values is [{ Key: var only, Value: var single }] && kind.Required is [var required] && required == only)
        {
            _text.Append($"{kind.Name}: {Scalar(single)}\n");
        }
        else
        {
            var pairs = values.OrderBy(pair => pair.Key.Name != "name").Select(pair => $"{pair.Key.Name}: {Scalar(pair.Value)}");
            _text.Append($"{kind.Name}: {{{string.Join(", ", pairs)}}}\n");
        }
    }

    private void WriteBlockValue(LayerKey key, object value, int depth)
    {
        Indent(depth);
        switch (value)
        {
            case ImmutableArray<Layer> { Length: 0 }:
                _text.Append($"{key.Name}: []\n");
                break;
            case ImmutableArray<Layer> layers:
                _text.Append($"{key.Name}:\n");
                WriteList(layers, depth + 1);
                break;
            case Layer layer:
                _text.Append($"{key.Name}:\n");
                WriteNested(layer, depth + 1);
                break;
            default:
                _text.Append($"{key.Name}: {Scalar(value)}\n");
                break;
        }
    }

    private void Indent(int depth) => _text.Append(' ', 2 * depth);

    private static string Scalar(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Size2d or Padding2d =>
            WindowNumbers.Of(value) is [var single] ? Scalar(single) : $"[{string.Join(", ", WindowNumbers.Of(value).Select(number => Scalar(number)))}]",
        "" => "\"\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value, // a name: letters, digits, _ and -
    };
}
