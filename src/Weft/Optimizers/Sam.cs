using Weft.Devices.Cpu;

namespace Weft;

/// <summary>See <see cref="SamOptions"/>. The state is the inner optimizer's: between steps SAM itself remembers nothing.</summary>
internal sealed class Sam : Optimizer
{
    private readonly double _rho;
    private readonly Optimizer _inner;
    private readonly Parameter[] _parameters;
    private readonly ElementChunks _chunks;
    private readonly GradientNorm _norm;
    private readonly TensorSnapshot _before;
    private readonly Action? _changed;
    private readonly Action<IGradientTaker?>? _backward;
    private bool _perturbed;

    public Sam(SamOptions options, TrainedTensors trained)
    {
        _rho = options.Rho;
        _changed = trained.Changed;
        _backward = trained.Backward;
        _inner = Create(options.Around, trained);
        _parameters = [.. trained.Parameters];
        _chunks = new ElementChunks(_parameters.Select(parameter => parameter.Length), trained.Team);
        _norm = new GradientNorm(_parameters, _chunks);
        _before = new TensorSnapshot(trained.State);
    }

    public override long StepCount => _inner.StepCount;

    public override IReadOnlyList<StateTensor> State => _inner.State;

    public override bool NeedsSecondPass => true;

    public override Optimizer InOnePass => _inner;

    public override void Perturb()
    {
        if (_perturbed)
            throw new InvalidOperationException("The weights are perturbed already: Step comes next.");
        _before.Save();
        // 1e-12 as in the authors' code: a gradient of exactly 0 perturbs nothing instead of giving NaN.
        var scale = (float)(_rho / (_norm.Compute() + 1e-12));
        _chunks.Run(new Climb(_parameters, scale));
        _changed?.Invoke();
        _perturbed = true;
    }

    public override void Step(double learningRate)
    {
        if (!_perturbed)
            throw new InvalidOperationException("SAM needs Perturb and a second forward and backward pass before Step.");
        _before.Restore();
        _perturbed = false;
        _inner.Step(learningRate);
    }

    // The weights are the perturbed ones until Step: nothing can be updated before.
    public override void BackwardAndStep(double learningRate)
    {
        _backward?.Invoke(null);
        Step(learningRate);
    }

    public override void RestoreStepCount(long stepCount) => _inner.RestoreStepCount(stepCount);

    public override void Dispose()
    {
        _before.Dispose();
        _inner.Dispose();
    }

    private readonly struct Climb(Parameter[] parameters, float scale) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length)
        {
            var value = parameters[tensor].Value.Slice(start, length);
            var gradient = parameters[tensor].Gradient.Slice(start, length);
            ElementLoops.AddScaled(value, gradient, scale);
        }
    }
}
