namespace Weft.Tests.Reference;

internal static class ReferenceNorms
{
    /// <summary>In training the running statistics among the values move, as the engine's do.</summary>
    public static ReferenceStep Batch(BatchNorm2d layer, ReferenceMap input, Phase phase, ReferenceTensorScope tensors)
    {
        var channels = input.Channels;
        var scale = tensors.Value("weight", channels, 1, 0.5);
        var shift = tensors.Value("bias", channels, 0, 0.5);
        var runningMean = tensors.Value("running_mean", channels, 0, 0.5);
        var runningVariance = tensors.Value("running_var", channels, 1, 0.5);
        var count = input.Length / channels;
        var mean = new double[channels];
        var variance = new double[channels];
        for (var c = 0; c < channels; c++)
        {
            if (phase == Phase.Evaluation)
            {
                (mean[c], variance[c]) = (runningMean[c], runningVariance[c]);
                continue;
            }

            var elements = Channel(input, c).Select(i => input.Data[i]).ToArray();
            mean[c] = elements.Average();
            variance[c] = elements.Average(element => (element - mean[c]) * (element - mean[c]));
            var unbiased = count > 1 ? variance[c] * count / (count - 1) : variance[c];
            runningMean[c] += layer.Momentum * (mean[c] - runningMean[c]);
            runningVariance[c] += layer.Momentum * (unbiased - runningVariance[c]);
        }

        var normalized = input.Like();
        var output = input.Like();
        for (var c = 0; c < channels; c++)
        {
            foreach (var i in Channel(input, c))
            {
                normalized.Data[i] = (input.Data[i] - mean[c]) / Math.Sqrt(variance[c] + layer.Epsilon);
                output.Data[i] = scale[c] * normalized.Data[i] + shift[c];
            }
        }

        return new ReferenceStep(output, dOutput =>
        {
            if (phase == Phase.Evaluation)
                throw new InvalidOperationException("The gradient belongs to training.");
            var dInput = input.Like();
            var dScale = new double[channels];
            var dShift = new double[channels];
            for (var c = 0; c < channels; c++)
            {
                foreach (var i in Channel(input, c))
                {
                    dScale[c] += dOutput.Data[i] * normalized.Data[i];
                    dShift[c] += dOutput.Data[i];
                }

                foreach (var i in Channel(input, c))
                {
                    dInput.Data[i] = scale[c] / Math.Sqrt(variance[c] + layer.Epsilon)
                        * (dOutput.Data[i] - dShift[c] / count - normalized.Data[i] * dScale[c] / count);
                }
            }

            tensors.GradientIs("weight", dScale);
            tensors.GradientIs("bias", dShift);
            return dInput;
        });
    }

    private static IEnumerable<int> Channel(ReferenceMap map, int c)
    {
        var pixels = map.Height * map.Width;
        for (var n = 0; n < map.Count; n++)
        for (var p = 0; p < pixels; p++)
            yield return (n * map.Channels + c) * pixels + p;
    }
}
