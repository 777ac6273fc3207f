namespace Weft;

/// <summary>See <see cref="SamOptions"/>. The state is the base optimizer's: between steps SAM itself remembers nothing.</summary>
internal sealed class Sam : Optimizer
{
    private readonly double _rho;
    private readonly Optimizer _base;
    private readonly DeviceTensors _tensors;
    private readonly TensorSet _before;
    private bool _perturbed;

    public Sam(SamOptions options, DeviceTensors tensors)
        : base(options.BaseOptimizer.LearningRate)
    {
        _rho = options.Rho;
        _tensors = tensors;
        _base = Create(options.BaseOptimizer, tensors);
        _before = tensors.AllocateForState("before");
    }

    public override long StepCount => _base.StepCount;

    public override IReadOnlyList<DeviceTensor> State => _base.State;

    public override bool NeedsSecondPass => true;

    public override Optimizer SinglePass => _base;

    public override void Perturb()
    {
        if (_perturbed)
            throw new InvalidOperationException("The weights are perturbed already: Step comes next.");
        _tensors.SaveState(_before);
        // 1e-12 as in the authors' code: a gradient of exactly 0 perturbs nothing instead of giving NaN.
        _tensors.AddGradients((float)(_rho / (_tensors.GradientNorm() + 1e-12)));
        _perturbed = true;
    }

    public override void Step()
    {
        if (!_perturbed)
            throw new InvalidOperationException("SAM needs Perturb and a second forward and backward pass before Step.");
        _tensors.RestoreState(_before);
        _perturbed = false;
        _base.LearningRate = LearningRate;
        _base.Step();
    }

    public override void RestoreStepCount(long stepCount) => _base.RestoreStepCount(stepCount);

    public override void Dispose()
    {
        _before.Dispose();
        _base.Dispose();
    }

    // The weights are the perturbed ones until Step: nothing can be updated before.
    internal override IGradientSink? BeginBackward() => null;
}
