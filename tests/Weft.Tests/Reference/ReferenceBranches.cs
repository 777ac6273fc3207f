namespace Weft.Tests.Reference;

/// <summary>Where several maps meet.</summary>
internal static class ReferenceBranches
{
    public static ReferenceStep Concat(ReferenceStep[] branches, ReferenceMap input)
    {
        var first = branches[0].Output;
        var output = new ReferenceMap(first.Count, branches.Sum(branch => branch.Output.Channels), first.Height, first.Width);
        var start = 0;
        foreach (var part in branches.Select(branch => branch.Output))
        {
            Copy(part, 0, output, start, part.Channels);
            start += part.Channels;
        }

        return new ReferenceStep(output, dOutput =>
        {
            var dInput = input.Like();
            var channel = 0;
            foreach (var branch in branches)
            {
                var own = branch.Output.Like();
                Copy(dOutput, channel, own, 0, own.Channels);
                dInput = dInput.Plus(branch.Backward(own));
                channel += branch.Output.Channels;
            }

            return dInput;
        });
    }

    public static ReferenceStep Add(ReferenceStep body, ReferenceStep shortcut) => new(
        body.Output.Plus(shortcut.Output),
        dOutput => body.Backward(dOutput).Plus(shortcut.Backward(dOutput)));

    /// <summary>input[n, c, y, x] · gate[n, c].</summary>
    public static ReferenceStep Gate(ReferenceStep gate, ReferenceMap input) => new(
        Times(input, (n, c) => gate.Output[n, c, 0, 0]),
        dOutput =>
        {
            var dGate = gate.Output.Like();
            for (var n = 0; n < input.Count; n++)
                for (var c = 0; c < input.Channels; c++)
                    for (var y = 0; y < input.Height; y++)
                        for (var x = 0; x < input.Width; x++)
                            dGate[n, c, 0, 0] += dOutput[n, c, y, x] * input[n, c, y, x];
            return Times(dOutput, (n, c) => gate.Output[n, c, 0, 0]).Plus(gate.Backward(dGate));
        });

    private static ReferenceMap Times(ReferenceMap map, Func<int, int, double> factor)
    {
        var product = map.Like();
        for (var i = 0; i < map.Length; i++)
        {
            var plane = i / (map.Height * map.Width);
            product.Data[i] = map.Data[i] * factor(plane / map.Channels, plane % map.Channels);
        }

        return product;
    }

    private static void Copy(ReferenceMap source, int sourceChannel, ReferenceMap target, int targetChannel, int channels)
    {
        for (var n = 0; n < source.Count; n++)
            for (var c = 0; c < channels; c++)
                for (var y = 0; y < source.Height; y++)
                    for (var x = 0; x < source.Width; x++)
                        target[n, targetChannel + c, y, x] = source[n, sourceChannel + c, y, x];
    }
}
