namespace Weft.Tests.Reference;

/// <summary>The layers with weight matrices.</summary>
internal static class ReferenceDense
{
    // weight [K, C/groups, R, S]
    public static ReferenceStep Convolve(Conv2d layer, ReferenceMap input, ReferenceTensorScope tensors)
    {
        var (K, C, (R, S)) = (layer.OutputChannels, input.Channels / layer.Groups, layer.Kernel);
        var ((stepY, stepX), (top, left, bottom, right), (apartY, apartX)) = (layer.Stride, layer.Padding, layer.Dilation);
        var weight = tensors.Value("weight", K * C * R * S, 0, Math.Sqrt(3.0 / (C * R * S)));
        var bias = layer.Bias ? tensors.Value("bias", K, 0, 0.5) : null;
        var output = new ReferenceMap(
            input.Count, K, (input.Height + top + bottom - apartY * (R - 1) - 1) / stepY + 1, (input.Width + left + right - apartX * (S - 1) - 1) / stepX + 1);
        ForEach((n, k, y, x) => output[n, k, y, x] += bias?[k] ?? 0);
        ForEachTap((n, k, y, x, c, i, j, w) => output[n, k, y, x] += weight[w] * input[n, c, i, j]);
        return new ReferenceStep(output, dOutput =>
        {
            var dInput = input.Like();
            var dWeight = new double[weight.Length];
            ForEachTap((n, k, y, x, c, i, j, w) =>
            {
                dInput[n, c, i, j] += weight[w] * dOutput[n, k, y, x];
                dWeight[w] += input[n, c, i, j] * dOutput[n, k, y, x];
            });
            tensors.GradientIs("weight", dWeight);
            if (bias is not null)
            {
                var dBias = new double[K];
                ForEach((n, k, y, x) => dBias[k] += dOutput[n, k, y, x]);
                tensors.GradientIs("bias", dBias);
            }

            return dInput;
        });

        void ForEach(Action<int, int, int, int> act)
        {
            for (var n = 0; n < output.Count; n++)
                for (var k = 0; k < K; k++)
                    for (var y = 0; y < output.Height; y++)
                        for (var x = 0; x < output.Width; x++)
                            act(n, k, y, x);
        }

        void ForEachTap(Action<int, int, int, int, int, int, int, int> act) => ForEach((n, k, y, x) =>
        {
            var group = k / (K / layer.Groups);
            for (var c = 0; c < C; c++)
                for (var r = 0; r < R; r++)
                    for (var s = 0; s < S; s++)
                    {
                        var (i, j) = (y * stepY + r * apartY - top, x * stepX + s * apartX - left);
                        if (input.Contains(i, j))
                            act(n, k, y, x, group * C + c, i, j, ((k * C + c) * R + r) * S + s);
                    }
        });
    }

    // weight [O, F]; a map with height and width is taken as flattened in the order channel, row, column
    public static ReferenceStep Multiply(Linear layer, ReferenceMap input, ReferenceTensorScope tensors)
    {
        var (N, O, F) = (input.Count, layer.OutputFeatures, input.Length / input.Count);
        var weight = tensors.Value("weight", O * F, 0, Math.Sqrt(3.0 / F));
        var bias = layer.Bias ? tensors.Value("bias", O, 0, 0.5) : null;
        var output = new ReferenceMap(N, O, 1, 1);
        for (var n = 0; n < N; n++)
            for (var o = 0; o < O; o++)
            {
                var sum = bias?[o] ?? 0;
                for (var f = 0; f < F; f++)
                    sum += weight[o * F + f] * input.Data[n * F + f];
                output.Data[n * O + o] = sum;
            }

        return new ReferenceStep(output, dOutput =>
        {
            var dInput = input.Like();
            var dWeight = new double[weight.Length];
            var dBias = new double[O];
            for (var n = 0; n < N; n++)
                for (var o = 0; o < O; o++)
                {
                    var d = dOutput.Data[n * O + o];
                    dBias[o] += d;
                    for (var f = 0; f < F; f++)
                    {
                        dInput.Data[n * F + f] += weight[o * F + f] * d;
                        dWeight[o * F + f] += input.Data[n * F + f] * d;
                    }
                }

            tensors.GradientIs("weight", dWeight);
            if (bias is not null)
                tensors.GradientIs("bias", dBias);
            return dInput;
        });
    }
}
