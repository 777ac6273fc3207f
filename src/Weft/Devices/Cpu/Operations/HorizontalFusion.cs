using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>An operation that can go over its input a few images at a time, in turns with others that read the same value.</summary>
internal unsafe interface IFusable
{
    ValueStorage Input { get; }

    /// <summary>Whether this one, as it was built, can take turns.</summary>
    bool CanShareInput { get; }

    /// <summary>Images that should go through one call.</summary>
    int GroupImages { get; }

    /// <summary>Where its floats begin in the memory that all workers share.</summary>
    long SharedOffset { set; }

    void BeforeForward(in Pass pass);

    void ForwardImages(in Pass pass, int first, int count, float* scratch);

    void BeforeBackward();

    /// <summary>Before the first images of a part of the batch.</summary>
    void BeginPart(int part, float* scratch);

    /// <param name="hasGathered">Whether the images' inputs lie already at the start of the scratch, copied by another member.</param>
    void BackwardImages(int part, int first, int count, float* scratch, ref bool hasGathered);

    void AfterBackward();
}

/// <summary>
/// Operations over the same value, the branches of an Inception module: they take turns over a few images at a time, so that the value and its gradient
/// are fetched from memory once for all of them.
/// </summary>
internal sealed unsafe class HorizontalFusion : Operation
{
    /// <summary>
    /// The batch is cut into so many parts in the backward pass, whatever the number of workers: it bounds how many can share the work and fixes the bits.
    /// </summary>
    public const int BackwardParts = 8;

    // With fewer images than this for each worker every operation cuts its work on its own.
    private const int ImagesPerWorkerToTakeTurns = 2;

    private readonly Operation[] _operations;
    private readonly IFusable[] _members;
    private readonly int _groupImages;
    private CpuContext _context = null!;

    private HorizontalFusion(Operation[] operations)
        : base(string.Join(" + ", operations.Select(operation => operation.Path)))
    {
        _operations = operations;
        _members = [.. operations.Cast<IFusable>()];
        _groupImages = _members.Max(member => member.GroupImages);
        NeedsBackward = operations.Any(operation => operation.NeedsBackward);
        Output = operations[0].Output;
    }

    /// <summary>The operations in order, those that can be fused gathered in one step at the place of the first of them.</summary>
    public static IReadOnlyList<Operation> Gather(IReadOnlyList<Operation> operations)
    {
        var groups = operations.Where(operation => operation is IFusable { CanShareInput: true })
            .GroupBy(operation => (((IFusable)operation).Input, operation.NeedsBackward)).Where(group => group.Count() > 1)
            .ToDictionary(group => group.First(), group => new HorizontalFusion([.. group]));
        var gathered = groups.Values.SelectMany(group => group._operations.Skip(1)).ToHashSet();
        return [.. operations.Where(operation => !gathered.Contains(operation))
            .Select(operation => groups.TryGetValue(operation, out var group) ? group : operation)];
    }

    public override string Summary => string.Join(" + ", _operations.Select(operation => operation.Summary));

    public override long FlopsPerSample => _operations.Sum(operation => operation.FlopsPerSample);

    public override long RealFlopsPerSample => _operations.Sum(operation => operation.RealFlopsPerSample);

    public override IEnumerable<ValueStorage> Outputs => _operations.Select(operation => operation.Output);

    public override IEnumerable<ValueStorage> Differentiated => _operations.SelectMany(operation => operation.Differentiated);

    public override void RegisterGradients()
    {
        foreach (var operation in _operations)
            operation.RegisterGradients();
    }

    public override IEnumerable<ValueStorage> GradientsRead => _operations.SelectMany(operation => operation.GradientsRead);

    public override (long PerWorker, long Shared) Scratch =>
        (_operations.Max(operation => operation.Scratch.PerWorker), _operations.Sum(operation => operation.Scratch.Shared));

    /// <summary>The operations themselves are bound, and disposed of, by whoever holds them.</summary>
    public override void Bind(CpuContext context)
    {
        _context = context;
        long offset = 0;
        foreach (var operation in _operations)
        {
            ((IFusable)operation).SharedOffset = offset;
            offset += operation.Scratch.Shared;
        }
    }

    public override void Forward(in Pass pass)
    {
        if (pass.Count < ImagesPerWorkerToTakeTurns * _context.Team.Size)
        {
            foreach (var operation in _operations)
                operation.Forward(pass);
            return;
        }

        foreach (var member in _members)
            member.BeforeForward(pass);
        var work = new ForwardWork(this, pass);
        _context.Team.Run(work.Tasks, ref work);
    }

    public override void Backward(in Pass pass)
    {
        foreach (var member in _members)
            member.BeforeBackward();
        var work = new BackwardWork(this, pass);
        _context.Team.Run(BackwardParts, ref work);
        foreach (var member in _members)
            member.AfterBackward();
    }

    private readonly struct ForwardWork(HorizontalFusion operation, Pass pass) : IWork
    {
        private readonly int _group = Math.Min(operation._groupImages, Math.Max(1, pass.Count / operation._context.Team.Size));

        public int Tasks => (pass.Count + _group - 1) / _group;

        public void Run(int task, int worker)
        {
            var first = task * _group;
            foreach (var member in operation._members)
                member.ForwardImages(pass, first, Math.Min(_group, pass.Count - first), operation._context.WorkerScratch(worker));
        }
    }

    // The last one first: it is the one that overwrites the input's gradient.
    private readonly struct BackwardWork(HorizontalFusion operation, Pass pass) : IWork
    {
        public void Run(int task, int worker)
        {
            var scratch = operation._context.WorkerScratch(worker);
            var members = operation._members;
            foreach (var member in members)
                member.BeginPart(task, scratch);
            int begin = pass.Count * task / BackwardParts, end = pass.Count * (task + 1) / BackwardParts;
            for (var first = begin; first < end; first += operation._groupImages)
            {
                var hasGathered = false;
                for (var i = members.Length - 1; i >= 0; i--)
                    members[i].BackwardImages(task, first, Math.Min(operation._groupImages, end - first), scratch, ref hasGathered);
            }
        }
    }
}
