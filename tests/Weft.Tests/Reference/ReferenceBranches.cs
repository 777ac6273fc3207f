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

    private static void Copy(ReferenceMap source, int sourceChannel, ReferenceMap target, int targetChannel, int channels)
    {
        for (var n = 0; n < source.Count; n++)
            for (var c = 0; c < channels; c++)
                for (var y = 0; y < source.Height; y++)
                    for (var x = 0; x < source.Width; x++)
                        target[n, targetChannel + c, y, x] = source[n, sourceChannel + c, y, x];
    }
}
