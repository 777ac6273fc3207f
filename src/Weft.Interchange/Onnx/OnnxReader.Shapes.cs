using Weft.Training;

namespace Weft.Interchange;

/// <summary>Operators that move values and do not compute.</summary>
internal sealed partial class OnnxReader
{
    private ImportedValue Reshape(OnnxWire.Node node, ImportedValue input)
    {
        var shape = input.Shape;
        if (node.OpType == "Flatten")
        {
            Require(node, Integer(node, "axis", 1) is 1 or -3, "axis 1", $"{Integer(node, "axis", 1)}");
            return Flat(node, input);
        }

        var sizes = Required(node, 1).Integers ?? throw Refused(node, "whole numbers as a shape", "floats");
        // The number of images is as it comes, whatever it is called: 0, −1, 1 or the first of a shape.
        var isBatch = sizes.Length > 1 && (sizes[0] is 0 or 1 or OnnxConstant.Batch || sizes[0] == -1 && !sizes[1..].Contains(-1));
        long[] rest = isBatch ? sizes[1..] : [];
        if (rest.Contains(-1))
        {
            var known = rest.Where(size => size != -1).Aggregate(1L, (product, size) => product * Math.Clamp(size, 1, int.MaxValue));
            rest = [.. rest.Select(size => size == -1 ? shape.Length / known : size)];
        }

        if (rest is [var features] && features == shape.Length)
            return Flat(node, input);
        if (rest is [>= 1 and var groups, _] && groups <= int.MaxValue && !input.IsChannelsLast && shape.Channels % groups == 0 && input.Pixels is null
            && rest[0] * rest[1] == shape.Length)
            return Part(StepKind.Rows, node, input, [groups]);
        if (rest.Length == 3 && rest.Aggregate(1.0, (product, size) => product * size) == shape.Length && rest.All(size => size >= 1) && input.Pixels is null)
        {
            if (input.Step.Kind == StepKind.NormalRows)
            {
                Require(node, rest.SequenceEqual([shape.Channels, shape.Height, shape.Width]), $"the map of {shape} again", List(rest));
                return Part(StepKind.NormalMap, node, input, input.Step.Numbers);
            }

            return input with { Shape = new FeatureShape((int)rest[1], (int)rest[2], (int)rest[0]), IsMap = true, IsChannelsLast = false };
        }

        throw Refused(node, "a shape of [batch, features], or of a map's groups of channels", $"{List(sizes)} of {Said(input)}");
    }

    private ImportedValue Flat(OnnxWire.Node node, ImportedValue input)
    {
        if (!input.IsMap)
            return input;
        var order = input is { IsChannelsLast: true, Shape: { Pixels: > 1, Channels: > 1 } } ? input.Shape : (FeatureShape?)null;
        if (input.Shape != input.Step.Shape || input.Shape.IsFlat)
            return input with { Shape = FeatureShape.Flat(input.Shape.Length), IsMap = false, IsChannelsLast = false, Pixels = order };
        return Become(node, new Flatten(), input) with { IsMap = false, IsChannelsLast = false, Pixels = order };
    }

    private ImportedValue Transpose(OnnxWire.Node node, ImportedValue input)
    {
        var order = Attribute(node, "perm")?.Ints ?? [];
        var isKnown = input.IsMap && order.SequenceEqual(input.IsChannelsLast ? [0L, 3, 1, 2] : [0L, 2, 3, 1]);
        Require(node, isKnown || input is { IsMap: true, Shape.IsFlat: true } && order.Count == 4 && order[0] == 0,
            "channels that move from one end to the other", $"{List(order)} of {Said(input)}");
        return input with { IsChannelsLast = isKnown ? !input.IsChannelsLast : order[1] != (input.IsChannelsLast ? 3 : 1) };
    }

    // Height and width that are 1 go, or come.
    private ImportedValue Squeeze(OnnxWire.Node node, ImportedValue input)
    {
        var axes = (Integers(node, "axes", 1) ?? []).Select(axis => axis < 0 ? axis + 4 : axis).Order().ToArray();
        var places = input.IsChannelsLast ? (long[])[1, 2] : [2, 3];
        Require(node, input.Shape.IsFlat && input.IsMap == (node.OpType == "Squeeze") && axes.SequenceEqual(places), "height and width of 1", List(axes));
        return input with { IsMap = node.OpType == "Unsqueeze", IsChannelsLast = false };
    }

    private ImportedValue Concatenate(OnnxWire.Node node)
    {
        var inputs = Enumerable.Range(0, node.Input.Count).Select(input => Value(node, input)).ToList();
        var (first, axis) = (inputs[0], Integer(node, "axis", 1));
        Require(node, (axis < 0 ? axis + (first.IsMap ? 4 : 2) : axis) == (first is { IsMap: true, IsChannelsLast: true } ? 3 : 1)
            && inputs.All(input => (input.IsMap, input.IsChannelsLast, input.Pixels) == (first.IsMap, first.IsChannelsLast, null)
                && input.Shape == input.Step.Shape && (input.Shape.Height, input.Shape.Width) == (first.Shape.Height, first.Shape.Width)),
            "maps of one size along their channels", string.Join(", ", inputs.Select(Said).Take(4)));
        var steps = inputs.Select(input => input.Step).ToList();
        // A network may list again what it has put together before.
        if (_concats.FindLast(before => before.Inputs.Length < steps.Count && before.Inputs.SequenceEqual(steps.Take(before.Inputs.Length))) is { } known)
            steps = [known, .. steps.Skip(known.Inputs.Length)];
        var channels = inputs.Sum(input => (long)input.Shape.Channels);
        Require(node, channels < int.MaxValue, "fewer than 2^31 channels", $"{channels}");
        var step = new ImportedStep(StepKind.Concat, node, first.Shape with { Channels = (int)channels }, [.. steps]);
        _concats.Add(step);
        return first.With(step);
    }

    private ImportedValue LookUp(OnnxWire.Node node)
    {
        var (table, place) = (Required(node, 0), Value(node, 1));
        var (scale, shift) = place.Step.Affine;
        var channels = place.Shape.Channels;
        Require(node, place.Step is { Kind: StepKind.Input, Table: null } && table.Floats?.Length == 256 * channels && scale.All(factor => factor == 1)
            && (channels == 1 ? shift.All(start => start == 0) : shift.Length == channels && shift.Index().All(start => start.Item == 256 * start.Index)),
            $"a table of 256 values for each of {channels} channels, and bytes", "another table");
        return place.With(new ImportedStep(StepKind.Input, node, place.Shape) { Table = table.Floats });
    }
}
