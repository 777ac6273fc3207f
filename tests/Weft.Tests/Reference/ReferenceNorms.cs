namespace Weft.Tests.Reference;

internal static class ReferenceNorms
{
    /// <summary>In training the running statistics among the values move, as the engine's do, unless they are frozen.</summary>
    public static ReferenceStep Batch(BatchNorm2d layer, ReferenceMap input, bool training, bool frozen, ReferenceTensorScope tensors)
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
            if (frozen || !training)
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
            if (!training)
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
                        * (dOutput.Data[i] - (frozen ? 0 : dShift[c] / count + normalized.Data[i] * dScale[c] / count));
                }
            }

            tensors.GradientIs("weight", dScale);
            tensors.GradientIs("bias", dShift);
            return dInput;
        });
    }

    /// <summary>Layer, group and instance norm: a sample's group of channels is one run of elements in the order [n, c, y, x].</summary>
    public static ReferenceStep Sample(SampleNorm layer, ReferenceMap input, ReferenceTensorScope tensors)
    {
        var channels = input.Channels;
        var groups = layer switch
        {
            GroupNorm norm => norm.Groups,
            LayerNorm2d => 1,
            InstanceNorm2d => channels,
            _ => throw new NotSupportedException($"The reference does not know {layer.GetType().Name}."),
        };
        var affine = layer is not InstanceNorm2d { Affine: false };
        var scale = affine ? tensors.Value("weight", channels, 1, 0.5) : [.. Enumerable.Repeat(1.0, channels)];
        var shift = affine ? tensors.Value("bias", channels, 0, 0.5) : new double[channels];
        var pixels = input.Height * input.Width;
        var run = channels / groups * pixels;
        var normalized = input.Like();
        var deviation = new double[input.Count * groups];
        for (var g = 0; g < deviation.Length; g++)
        {
            var elements = input.Data[(g * run)..((g + 1) * run)];
            var mean = elements.Average();
            deviation[g] = Math.Sqrt(elements.Average(element => (element - mean) * (element - mean)) + layer.Epsilon);
            for (var i = 0; i < run; i++)
                normalized.Data[g * run + i] = (elements[i] - mean) / deviation[g];
        }

        return new ReferenceStep(input with { Data = [.. normalized.Data.Select((x, i) => scale[Of(i)] * x + shift[Of(i)])] }, dOutput =>
        {
            var dInput = input.Like();
            var dScale = new double[channels];
            var dShift = new double[channels];
            for (var g = 0; g < deviation.Length; g++)
            {
                double a = 0, b = 0;
                for (var i = g * run; i < (g + 1) * run; i++)
                {
                    dScale[Of(i)] += dOutput.Data[i] * normalized.Data[i];
                    dShift[Of(i)] += dOutput.Data[i];
                    a += scale[Of(i)] * dOutput.Data[i];
                    b += scale[Of(i)] * dOutput.Data[i] * normalized.Data[i];
                }

                for (var i = g * run; i < (g + 1) * run; i++)
                    dInput.Data[i] = (scale[Of(i)] * dOutput.Data[i] - a / run - normalized.Data[i] * b / run) / deviation[g];
            }

            if (affine)
            {
                tensors.GradientIs("weight", dScale);
                tensors.GradientIs("bias", dShift);
            }

            return dInput;
        });

        int Of(int element) => element / pixels % channels;
    }

    private static IEnumerable<int> Channel(ReferenceMap map, int c)
    {
        var pixels = map.Height * map.Width;
        for (var n = 0; n < map.Count; n++)
            for (var p = 0; p < pixels; p++)
                yield return (n * map.Channels + c) * pixels + p;
    }
}
