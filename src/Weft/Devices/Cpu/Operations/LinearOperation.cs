using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>A fully connected layer: three matrix products over the batch. Weights lie in panels of outputs, see <see cref="TensorLayout.Linear"/>.</summary>
internal sealed unsafe class LinearOperation : Operation
{
    // A task of the forward pass: this many rows of samples by this many panels of outputs. The block of inputs stays in the second-level cache while
    // the panels go over it. With twice the rows the weights are read half as often; few panels for many workers call for more tasks.
    private const int FewRows = 64;
    private const int ManyRows = 128;
    private const int PanelsPerTask = 4;

    // Terms of the sum whose weights fill half of a first-level cache.
    private const int SumBlock = 256;

    // Features in a task of the backward pass: eight blocks of the widest micro-kernel.
    private const int FeaturesPerTask = 112;

    private const int Slack = 64;

    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly int _features;
    private readonly int _outputs;
    private readonly TensorSlot _weight;
    private readonly TensorSlot? _bias;
    private readonly int _panel;
    private readonly int _batchSize;
    private CpuContext _context = null!;

    public LinearOperation(GraphNode node, Linear layer, ValueStorage input, ValueStorage output, VectorKernels kernels, int batchSize)
        : base(node.Path)
    {
        _input = input;
        _output = output;
        _features = input.Shape.Length;
        _outputs = layer.OutputFeatures;
        _panel = kernels.PanelWidth;
        _batchSize = batchSize;
        _weight = new TensorSlot(node.Tensors[0], new TensorLayout.Linear(_outputs, input.FeatureOrder, _panel)) { GoesToSink = true };
        if (layer.Bias)
            _bias = new TensorSlot(node.Tensors[1], new TensorLayout.Same([_outputs]));
    }

    public override string Summary => $"linear {_features}→{_outputs}";

    public override long FlopsPerSample => 2L * _features * _outputs;

    public override IEnumerable<TensorSlot> Tensors => _bias is null ? [_weight] : [_weight, _bias];

    public override IEnumerable<ValueStorage> Differentiated => [_input];

    public override (long PerWorker, long Shared) Scratch =>
        ((long)FeaturesPerTask * (Math.Max(_panel, _batchSize) + _panel) + Slack, PackedOutputs(_batchSize) + Slack);

    private int Panels => (_outputs + _panel - 1) / _panel;

    public override void Bind(CpuContext context) => _context = context;

    public override void Forward(in Pass pass)
    {
        var work = new ForwardWork(this, pass.Count);
        _context.Team.Run(work.Tasks, ref work);
    }

    public override void Backward(in Pass pass)
    {
        PackGradient(pass.Count);
        var work = new BackwardWork(this, pass);
        _context.Team.Run((_features + FeaturesPerTask - 1) / FeaturesPerTask, ref work);
        if (_bias is not { } bias)
            return;
        new Span<float>(bias.Gradient, _outputs).Clear();
        for (var n = 0; n < pass.Count; n++)
            _context.Kernels.Add(_output.Gradient.Image(n), bias.Gradient, _outputs);
    }

    private int PaddedOutputs => Panels * _panel;

    // Both layouts of dY for the micro-kernel: [panel of outputs][sample][panel] and [panel of samples][output][panel].
    private long PackedOutputs(int batch) => (long)PaddedOutputs * batch + (long)(batch + _panel - 1) / _panel * _panel * PaddedOutputs;

    private void PackGradient(int count)
    {
        var packed = _context.SharedScratch;
        new Span<float>(packed, checked((int)PackedOutputs(count))).Clear();
        var dy = _output.Gradient;
        for (var panel = 0; panel < Panels; panel++)
        {
            var first = panel * _panel;
            for (var n = 0; n < count; n++, packed += _panel)
                VectorKernels.Copy(dy.Image(n) + first, packed, Math.Min(_panel, _outputs - first));
        }

        for (var first = 0; first < count; first += _panel, packed += (long)PaddedOutputs * _panel)
            _context.Kernels.Transpose(dy.Image(first), dy.ImageStride, Math.Min(_panel, count - first), _outputs, packed, _panel);
    }

    private readonly struct ForwardWork(LinearOperation operation, int count) : IWork
    {
        private readonly int _groups = (operation.Panels + PanelsPerTask - 1) / PanelsPerTask;
        private readonly int _rows = (operation.Panels + PanelsPerTask - 1) / PanelsPerTask % operation._context.Team.Size == 0 ? ManyRows : FewRows;

        public int Tasks => _groups * ((count + _rows - 1) / _rows);

        public void Run(int task, int worker)
        {
            var (rowGroup, panelGroup) = Math.DivRem(task, _groups);
            var first = rowGroup * _rows;
            var rows = Math.Min(_rows, count - first);
            var endPanel = Math.Min(operation.Panels, (panelGroup + 1) * PanelsPerTask);
            FeatureMap x = operation._input.Map, y = operation._output.Map;
            for (var from = 0; from < operation._features; from += SumBlock)
            {
                for (var panel = panelGroup * PanelsPerTask; panel < endPanel; panel++)
                    Multiply(x, y, first, rows, from, panel, isLast: panel == endPanel - 1);
            }

            if (operation._bias is not { } bias)
                return;
            var column = panelGroup * PanelsPerTask * operation._panel;
            var columns = Math.Min(endPanel * operation._panel, operation._outputs) - column;
            for (var row = first; row < first + rows; row++)
                operation._context.Kernels.Add(bias.Value + column, y.Image(row) + column, columns);
        }

        private void Multiply(in FeatureMap x, in FeatureMap y, int first, int rows, int from, int panel, bool isLast)
        {
            nint segment = 0, width = operation._panel;
            var column = panel * operation._panel;
            var block = new MatrixBlock
            {
                Segments = &segment,
                SegmentCount = 1,
                Count = Math.Min(SumBlock, operation._features - from),
                RowStride = x.ImageStride,
                Step = 1,
                BStep = width,
                CRow = y.ImageStride,
                Accumulate = from > 0,
                NextB = isLast ? 0 : operation._features * width,
            };
            var weights = operation._weight.Value + ((nint)panel * operation._features + from) * width;
            operation._context.Kernels.MultiplyPanel(
                block, x.Image(first) + from, weights, y.Image(first) + column, rows, Math.Min(operation._panel, operation._outputs - column));
        }
    }

    /// <summary>For a block of features: their columns of the input gradient, and their rows of the weight gradient.</summary>
    private readonly struct BackwardWork(LinearOperation operation, Pass pass) : IWork
    {
        public void Run(int task, int worker)
        {
            var first = task * FeaturesPerTask;
            var features = Math.Min(FeaturesPerTask, operation._features - first);
            var scratch = operation._context.WorkerScratch(worker);
            // The input gradient first: who takes the weight gradient may change the weights.
            if (operation._input.NeedsGradient)
                WriteInputColumns(first, features, scratch);
            WriteWeightRows(first, features, scratch);
        }

        private void WriteWeightRows(int first, int features, float* scratch)
        {
            nint segment = 0;
            var count = pass.Count;
            var x = operation._input.Map;
            // The samples lie so far apart, often by a power of two, that their lines would push each other out of a first-level cache panel after panel.
            for (var sample = 0; sample < count; sample++)
                VectorKernels.Copy(x.Image(sample) + first, scratch + sample * FeaturesPerTask, features);
            var block = new MatrixBlock
            {
                Segments = &segment,
                SegmentCount = 1,
                Count = count,
                RowStride = 1,
                Step = FeaturesPerTask,
                BStep = operation._panel,
                CRow = operation._panel,
            };
            var taken = scratch + FeaturesPerTask * Math.Max(operation._panel, operation._batchSize);
            for (var panel = 0; panel < operation.Panels; panel++)
            {
                var columns = Math.Min(operation._panel, operation._outputs - panel * operation._panel);
                var start = checked((int)(((long)panel * operation._features + first) * operation._panel));
                var gradient = pass.Sink is null ? operation._weight.Gradient + start : taken;
                // What fills up a panel has no gradient.
                if (pass.Sink is not null && columns < operation._panel)
                    new Span<float>(taken, features * operation._panel).Clear();
                operation._context.Kernels.MultiplyPanel(
                    block, scratch, operation._context.SharedScratch + (nint)panel * count * operation._panel, gradient, features, columns);
                pass.Sink?.Take(operation._weight.Place, start, new ReadOnlySpan<float>(gradient, features * operation._panel));
            }
        }

        private void WriteInputColumns(int first, int features, float* scratch)
        {
            var segments = stackalloc nint[operation.Panels];
            for (var panel = 0; panel < operation.Panels; panel++)
                segments[panel] = (nint)panel * operation._features * operation._panel;
            var (count, lanes) = (pass.Count, operation._context.Kernels.Lanes);
            var dx = operation._input.Gradient;
            var accumulate = operation._input.Accumulates(operation);
            var block = new MatrixBlock
            {
                Segments = segments,
                SegmentCount = operation.Panels,
                Count = operation._panel,
                RowStride = operation._panel,
                Step = 1,
                BStep = operation._panel,
                CRow = operation._panel,
            };
            var flipped = operation._context.SharedScratch + (nint)operation.PaddedOutputs * count;
            for (var sample = 0; sample < count; sample += operation._panel, flipped += (nint)operation.PaddedOutputs * operation._panel)
            {
                var samples = Math.Min(operation._panel, count - sample);
                var columns = samples <= lanes ? lanes : operation._panel; // whole vectors
                operation._context.Kernels.MultiplyPanel(block, operation._weight.Value + (nint)first * operation._panel, flipped, scratch, features, columns);
                if (accumulate)
                    operation._context.Kernels.TransposeAdd(scratch, operation._panel, features, samples, dx.Image(sample) + first, dx.ImageStride);
                else
                    operation._context.Kernels.Transpose(scratch, operation._panel, features, samples, dx.Image(sample) + first, dx.ImageStride);
            }
        }
    }
}
