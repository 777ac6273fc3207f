namespace Weft.Tests.Reference;

/// <summary>The layers without parameters.</summary>
internal static class ReferenceSimple
{
    public static ReferenceStep ReLU(ReferenceMap input) => new(
        input.Map(x => x > 0 || double.IsNaN(x) ? x : 0),
        dOutput => dOutput with { Data = [.. dOutput.Data.Zip(input.Data, (d, x) => x > 0 ? d : 0)] });

    public static ReferenceStep Flatten(ReferenceMap input) => new(
        new ReferenceMap(input.Count, input.Length / input.Count, 1, 1) { Data = input.Data },
        dOutput => input with { Data = dOutput.Data });

    /// <summary>output[n, c, y, x] = weight[c] · input[n, c, y, x] + bias[c].</summary>
    public static ReferenceStep Affine(ReferenceMap input, ReferenceTensorScope tensors)
    {
        var (weight, bias) = (tensors.Value("weight", input.Channels, 1, 0.5), tensors.Value("bias", input.Channels, 0, 0.5));
        var pixels = input.Height * input.Width;
        return new ReferenceStep(
            input with { Data = [.. input.Data.Select((x, i) => weight[Channel(i)] * x + bias[Channel(i)])] },
            dOutput =>
            {
                double[] dWeight = new double[weight.Length], dBias = new double[bias.Length];
                for (var i = 0; i < dOutput.Length; i++)
                {
                    dWeight[Channel(i)] += dOutput.Data[i] * input.Data[i];
                    dBias[Channel(i)] += dOutput.Data[i];
                }

                tensors.GradientIs("weight", dWeight);
                tensors.GradientIs("bias", dBias);
                return dOutput with { Data = [.. dOutput.Data.Select((d, i) => weight[Channel(i)] * d)] };
            });

        int Channel(int i) => i / pixels % input.Channels;
    }

    public static ReferenceStep Mask(ReferenceMap input, double[]? mask) => mask is null
        ? new ReferenceStep(input, dOutput => dOutput)
        : new ReferenceStep(
            input with { Data = [.. input.Data.Zip(mask, (x, m) => x * m)] },
            dOutput => dOutput with { Data = [.. dOutput.Data.Zip(mask, (d, m) => d * m)] });

    public static ReferenceStep MaxPool(MaxPool2d layer, ReferenceMap input)
    {
        var output = Pooled(input, layer.Kernel, layer.Stride, layer.Padding, layer.CeilMode);
        var chosen = new (int Y, int X)[output.Length];
        var index = 0;
        ForEach(output, (n, c, y, x) =>
        {
            var best = double.NegativeInfinity;
            ForEachTap(input, layer.Kernel, layer.Stride, layer.Padding, y, x, (i, j) =>
            {
                if (input[n, c, i, j] > best)
                    (best, chosen[index]) = (input[n, c, i, j], (i, j));
            });
            output[n, c, y, x] = best;
            index++;
        });
        return new ReferenceStep(output, dOutput =>
        {
            var dInput = input.Like();
            var at = 0;
            ForEach(output, (n, c, y, x) => dInput[n, c, chosen[at].Y, chosen[at++].X] += dOutput[n, c, y, x]);
            return dInput;
        });
    }

    public static ReferenceStep AveragePool(AveragePool2d layer, ReferenceMap input)
    {
        var output = Pooled(input, layer.Kernel, layer.Stride, layer.Padding, layer.CeilMode);
        ForEach(output, (n, c, y, x) =>
            ForEachTap(input, layer.Kernel, layer.Stride, layer.Padding, y, x, (i, j) => output[n, c, y, x] += input[n, c, i, j] / Area(y, x)));
        return new ReferenceStep(output, dOutput =>
        {
            var dInput = input.Like();
            ForEach(output, (n, c, y, x) =>
                ForEachTap(input, layer.Kernel, layer.Stride, layer.Padding, y, x, (i, j) => dInput[n, c, i, j] += dOutput[n, c, y, x] / Area(y, x)));
            return dInput;
        });

        // Pixels of the image, or of the image with its padding.
        double Area(int y, int x)
        {
            var count = 0;
            var pad = layer.CountIncludePad ? layer.Padding : 0;
            for (var i = 0; i < layer.Kernel.Height; i++)
                for (var j = 0; j < layer.Kernel.Width; j++)
                {
                    var (row, column) = (y * layer.Stride.Height + i - layer.Padding.Top, x * layer.Stride.Width + j - layer.Padding.Left);
                    count += row >= -pad.Top && row < input.Height + pad.Bottom && column >= -pad.Left && column < input.Width + pad.Right ? 1 : 0;
                }

            return count;
        }
    }

    public static ReferenceStep GlobalAverage(ReferenceMap input)
    {
        var output = new ReferenceMap(input.Count, input.Channels, 1, 1);
        double pixels = input.Height * input.Width;
        ForEach(input, (n, c, y, x) => output[n, c, 0, 0] += input[n, c, y, x] / pixels);
        return new ReferenceStep(output, dOutput =>
        {
            var dInput = input.Like();
            ForEach(input, (n, c, y, x) => dInput[n, c, y, x] = dOutput[n, c, 0, 0] / pixels);
            return dInput;
        });
    }

    public static ReferenceStep GlobalMax(ReferenceMap input)
    {
        var pixels = input.Height * input.Width;
        var chosen = new int[input.Count * input.Channels];
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = i * pixels + Array.IndexOf(input.Data[(i * pixels)..((i + 1) * pixels)], input.Data[(i * pixels)..((i + 1) * pixels)].Max());
        return new ReferenceStep(new ReferenceMap(input.Count, input.Channels, 1, 1) { Data = [.. chosen.Select(i => input.Data[i])] }, dOutput =>
        {
            var dInput = input.Like();
            for (var i = 0; i < chosen.Length; i++)
                dInput.Data[chosen[i]] = dOutput.Data[i];
            return dInput;
        });
    }

    private static ReferenceMap Pooled(ReferenceMap input, Size2d kernel, Size2d stride, Padding2d padding, bool ceilMode)
    {
        return new(
            input.Count, input.Channels, Size(input.Height, padding.Top, padding.Bottom, kernel.Height, stride.Height),
            Size(input.Width, padding.Left, padding.Right, kernel.Width, stride.Width));

        // PyTorch's rule: rounded up, the last window is left out if it begins behind the image.
        int Size(int length, int before, int after, int window, int step)
        {
            var whole = (length + before + after - window) / (double)step;
            var count = (int)(ceilMode ? Math.Ceiling(whole) : Math.Floor(whole)) + 1;
            return ceilMode && (count - 1) * step >= length + before ? count - 1 : count;
        }
    }

    private static void ForEach(ReferenceMap map, Action<int, int, int, int> act)
    {
        for (var n = 0; n < map.Count; n++)
            for (var c = 0; c < map.Channels; c++)
                for (var y = 0; y < map.Height; y++)
                    for (var x = 0; x < map.Width; x++)
                        act(n, c, y, x);
    }

    private static void ForEachTap(ReferenceMap input, Size2d kernel, Size2d stride, Padding2d padding, int y, int x, Action<int, int> act)
    {
        var (top, left) = (y * stride.Height - padding.Top, x * stride.Width - padding.Left);
        for (var i = top; i < top + kernel.Height; i++)
            for (var j = left; j < left + kernel.Width; j++)
            {
                if (input.Contains(i, j))
                    act(i, j);
            }
    }
}
