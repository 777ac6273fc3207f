namespace Weft.Tests.Reference;

/// <summary>Activations and their slopes in double, from their definitions.</summary>
internal static class ReferenceActivations
{
    public static ReferenceStep Apply(Activation layer, ReferenceMap input) => new(
        input.Map(x => Value(layer, x)),
        dOutput => dOutput with { Data = [.. dOutput.Data.Zip(input.Data, (d, x) => d * Slope(layer, x))] });

    public static double Value(Activation layer, double x) => layer switch
    {
        LeakyReLU leaky => x > 0 ? x : leaky.Slope * x,
        ELU elu => x > 0 ? x : elu.Alpha * ExpMinusOne(x),
        GELU => x * NormalDistribution(x),
        SiLU => x * Sigmoid(x),
        Mish => x * Math.Tanh(Softplus(x)),
        ReLU6 => Math.Min(Math.Max(x, 0), 6),
        Weft.Sigmoid => Sigmoid(x),
        HardSigmoid => Math.Clamp(x / 6 + 0.5, 0, 1),
        HardSwish => x * Math.Clamp(x / 6 + 0.5, 0, 1),
        _ => throw new NotSupportedException($"The reference does not know {layer.GetType().Name}."),
    };

    public static double Slope(Activation layer, double x) => layer switch
    {
        LeakyReLU leaky => x > 0 ? 1 : leaky.Slope,
        ELU elu => x > 0 ? 1 : elu.Alpha * Math.Exp(x),
        GELU => NormalDistribution(x) + x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI),
        SiLU => Sigmoid(x) * (1 + x * Sigmoid(-x)),
        ReLU6 => x is > 0 and < 6 ? 1 : 0,
        Weft.Sigmoid => Sigmoid(x) * Sigmoid(-x),
        HardSigmoid => x is > -3 and < 3 ? 1.0 / 6 : 0,
        HardSwish => x < -3 ? 0 : x > 3 ? 1 : x / 3 + 0.5,
        Mish => Math.Tanh(Softplus(x)) + x * Sigmoid(x) / Math.Pow(Math.Cosh(Softplus(x)), 2),
        _ => throw new NotSupportedException($"The reference does not know {layer.GetType().Name}."),
    };

    /// <summary>e^x − 1 without the cancellation near 0.</summary>
    public static double ExpMinusOne(double x) =>
        Math.Abs(x) > 0.01 ? Math.Exp(x) - 1 : x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6)))));

    /// <summary>Φ(x) by the series Σ x^(2n+1)/(1·3·5…(2n+1)), and by the continued fraction of Laplace in the lower tail.</summary>
    public static double NormalDistribution(double x)
    {
        var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (x > 8)
            return 1;
        if (x < -3)
        {
            var fraction = 0.0;
            for (var n = 200; n >= 1; n--)
                fraction = n / (-x + fraction);
            return density / (-x + fraction);
        }

        double term = x, sum = x;
        for (var n = 1; n < 400 && Math.Abs(term) > 1e-18; n++)
            sum += term *= x * x / (2 * n + 1);
        return 0.5 + density * sum;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));
}
