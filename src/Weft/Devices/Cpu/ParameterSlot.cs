using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>A parameter or statistic that an operation asked for; it gets its memory when the plan is complete.</summary>
internal sealed unsafe class ParameterSlot(string name, ParameterKind kind, TensorLayout layout, Initialization initialization)
{
    public string Name { get; } = name;

    public ParameterKind Kind { get; } = kind;

    public TensorLayout Layout { get; } = layout;

    public Initialization Initialization { get; } = initialization;

    /// <summary>Whether the backward pass gives the gradient to an <see cref="IGradientTaker"/>, if there is one, instead of filling <see cref="Gradient"/>.</summary>
    public bool IsHandedOver { get; init; }

    /// <summary>Its place among the parameters of the network.</summary>
    public int Place { get; set; }

    public float* Value { get; set; }

    /// <summary>Null for statistics.</summary>
    public float* Gradient { get; set; }

    /// <summary>Fills the value; element i in PyTorch's order is drawn at counter i, so the bits do not depend on the layout.</summary>
    public void Initialize(Rng stream)
    {
        for (var i = 0; i < Layout.Length; i++)
            Value[Layout.EngineIndex(i)] = Initialization.Draw(stream, i);
    }
}

/// <summary>Where a parameter starts: uniform in ±<see cref="Bound"/>, or constant.</summary>
/// <remarks>PyTorch's defaults, so that a network starts as its PyTorch twin does: weights and biases uniform in ±1/√(inputs of a sum).</remarks>
internal readonly record struct Initialization(double Bound, float Constant)
{
    public static Initialization FanIn(int inputs) => new(1 / Math.Sqrt(inputs), 0);

    public static Initialization Fixed(float value) => new(0, value);

    public float Draw(Rng stream, int index) => Bound == 0 ? Constant : (float)stream.Uniform(index, -Bound, Bound);
}
