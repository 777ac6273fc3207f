namespace Weft;

/// <summary>A function of each element by itself. NaN stays NaN. <para>Shapes: any → the same.</para></summary>
public abstract record Activation : Layer
{
    private protected Activation() { }

    /// <summary>The number that the function depends on, if it does.</summary>
    private protected virtual double Constant => 0;

    internal override LayerTraits Traits => LayerTraits.Head;

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(float.IsFinite((float)Constant), path, "a finite number", $"{(float)Constant}");
        return input;
    }
}

/// <summary>output = min(max(input, 0), 6); the gradient is 0 at 0 and at 6.</summary>
/// <remarks>Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.</remarks>
public sealed record ReLU6 : Activation;

/// <summary>output = min(max(input + 3, 0), 6) / 6; the gradient is 0 at −3 and at 3.</summary>
/// <remarks>Howard et al., "Searching for MobileNetV3", ICCV 2019.</remarks>
public sealed record HardSigmoid : Activation;

/// <summary>output = input · min(max(input + 3, 0), 6) / 6; the gradient is −1/2 at −3 and 3/2 at 3, and −∞ gives NaN, as in PyTorch.</summary>
/// <remarks>Howard et al., "Searching for MobileNetV3", ICCV 2019.</remarks>
public sealed record HardSwish : Activation;

/// <summary>output = 1 / (1 + exp(−input)).</summary>
public sealed record Sigmoid : Activation;

/// <summary>output = input where it is above 0, else slope · input; the gradient at 0 is the slope.</summary>
/// <remarks>Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.</remarks>
public sealed record LeakyReLU : Activation
{
    /// <value>Default: 0.01.</value>
    public double Slope { get; init; } = 0.01;

    private protected override double Constant => Slope;
}

/// <summary>output = input where it is above 0, else α · (exp(input) − 1); −∞ gives −α.</summary>
/// <remarks>Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units", ICLR 2016.</remarks>
public sealed record ELU : Activation
{
    /// <value>Default: 1.</value>
    public double Alpha { get; init; } = 1;

    private protected override double Constant => Alpha;
}

/// <summary>output = input · Φ(input), Φ the standard normal distribution (not the tanh approximation); −∞ gives NaN, as in PyTorch.</summary>
/// <remarks>Hendrycks and Gimpel, "Gaussian error linear units", 2016.</remarks>
public sealed record GELU : Activation;

/// <summary>output = input / (1 + exp(−input)); −∞ gives NaN, as in PyTorch.</summary>
/// <remarks>Elfwing, Uchibe and Doya, 2017; also called swish.</remarks>
public sealed record SiLU : Activation;

/// <summary>output = input · tanh(ln(1 + exp(input))); −∞ gives NaN, as in PyTorch.</summary>
/// <remarks>Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.</remarks>
public sealed record Mish : Activation;
