using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>One input, one output of its shape, image by image; changes the input where it lies if it may.</summary>
internal abstract class UnaryOperation : Operation
{
    protected UnaryOperation(string path, ValueStorage input, ValueStorage output, bool inPlace)
        : base(path)
    {
        Input = input;
        Result = output;
        InPlace = inPlace;
        if (inPlace)
            output.PlaceIn(input);
    }

    protected ValueStorage Input { get; }

    protected ValueStorage Result { get; }

    protected bool InPlace { get; }

    protected CpuContext Context { get; private set; } = null!;

    /// <summary>Where the input's gradient goes.</summary>
    protected FeatureMap InputGradient => InPlace ? Result.Gradient : Input.Gradient;

    /// <summary>Whether the input's gradient is added to what others wrote there.</summary>
    protected bool Accumulates => !InPlace && Input.Accumulates(this);

    public sealed override IEnumerable<ValueStorage> Differentiated => InPlace ? [] : [Input];

    public sealed override void Bind(CpuContext context) => Context = context;

    public sealed override void Forward(in Pass pass)
    {
        var work = new ForwardWork(this, pass);
        Context.Team.Run(pass.Count, ref work);
    }

    public sealed override void Backward(in Pass pass)
    {
        var work = new BackwardWork(this, pass);
        Context.Team.Run(pass.Count, ref work);
    }

    protected abstract void ForwardImage(in Pass pass, int image, int worker);

    protected abstract void BackwardImage(in Pass pass, int image, int worker);

    private readonly struct ForwardWork(UnaryOperation operation, Pass pass) : IWork
    {
        public void Run(int task, int worker) => operation.ForwardImage(pass, task, worker);
    }

    private readonly struct BackwardWork(UnaryOperation operation, Pass pass) : IWork
    {
        public void Run(int task, int worker) => operation.BackwardImage(pass, task, worker);
    }
}
