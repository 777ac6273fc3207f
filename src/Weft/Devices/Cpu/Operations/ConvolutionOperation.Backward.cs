using Weft.Kernels;

namespace Weft.Devices.Cpu;

internal sealed unsafe partial class ConvolutionOperation
{
    private void BackwardDirect(in Pass pass)
    {
        var work = new DirectBackwardWork(this, pass);
        _context.Team.Run(BackwardParts, ref work);
        SumWeightGradient();
    }

    private void SumWeightGradient()
    {
        SumParts(SharedScratch, BackwardParts, _shape.WeightCount, _weight.Gradient);
        if (_bias is not { } bias)
            return;
        if (Epilogue is { } epilogue)
            epilogue.SetBiasGradient(bias.Gradient);
        else
            SumParts(SharedScratch + BackwardParts * _shape.WeightCount, BackwardParts, _shape.K, bias.Gradient);
    }

    private void BackwardWinograd(in Pass pass)
    {
        if (_winograd!.IsLocal)
            SumProductsLocally(pass);
        else
            SumProductsInChunks(pass);
        var kernels = new KernelGradientWork(this);
        _context.Team.Run(_shape.C, ref kernels);
        if (_bias is { } bias)
            SumBiasGradient(pass, bias.Gradient);
    }

    private void SumProductsLocally(in Pass pass)
    {
        var parts = Math.Min(BackwardParts, pass.Count);
        var work = new LocalBackwardWork(this, pass.Count, parts);
        _context.Team.Run(parts, ref work);
        SumParts(ProductGradient, parts, _winograd!.ProductGradientLength, ProductGradient);
    }

    private void SumProductsInChunks(in Pass pass)
    {
        var winograd = _winograd!;
        for (var first = 0; first < pass.Count; first += winograd.ChunkImages)
        {
            var images = Math.Min(winograd.ChunkImages, pass.Count - first);
            var work = new WinogradBackwardWork(this, first, images);
            _context.Team.Run((images + winograd.GroupImages - 1) / winograd.GroupImages, ref work);
            var products = new ProductGradientWork(this, images, accumulate: first > 0);
            _context.Team.Run(WinogradConvolution.ProductGradientTasks, ref products);
        }
    }

    // dbias[k] = Σ over images and pixels, image by image so that the order is fixed.
    private void SumBiasGradient(in Pass pass, float* sum)
    {
        if (Epilogue is { } epilogue)
        {
            epilogue.SetBiasGradient(sum);
            return;
        }

        new Span<float>(sum, _shape.K).Clear();
        for (var image = 0; image < pass.Count; image++)
            AddPixels(_output.Gradient, image, sum);
    }

    private void AddPixels(in FeatureMap gradient, int image, float* sum)
    {
        // Rows are summed on their own first: short sums keep their digits.
        var row = stackalloc float[_shape.K];
        for (var y = 0; y < gradient.Height; y++)
        {
            new Span<float>(row, _shape.K).Clear();
            for (var x = 0; x < gradient.Width; x++)
                _context.Kernels.Add(gradient.Pixel(image, y, x), row, _shape.K);
            _context.Kernels.Add(row, sum, _shape.K);
        }
    }

    private void SumParts(float* parts, int count, long length, float* sum)
    {
        var work = new SumWork(_context.Kernels, parts, count, length, sum);
        _context.Team.Run(work.Tasks, ref work);
    }

    private float* ChunkV => SharedScratch + _winograd!.ProductGradientLength;

    private float* ChunkM => ChunkV + _winograd!.ChunkInputLength;

    private float* ProductGradient => SharedScratch;

    private float* PartWeightGradient(int part) => SharedScratch + part * _shape.WeightCount;

    private float* PartBiasGradient(int part) => SharedScratch + BackwardParts * _shape.WeightCount + part * _shape.K;

    public void BeginPart(int part, float* scratch)
    {
        new Span<float>(PartWeightGradient(part), checked((int)_shape.WeightCount)).Clear();
        new Span<float>(PartBiasGradient(part), _shape.K).Clear();
        // The frame's zeros are set once: every image then overwrites the same pixels.
        if (_depthwise is { } depthwise)
            new Span<float>(scratch, checked((int)depthwise.FramedLength)).Clear();
        else if (_input.NeedsGradient && _direct.NeedsFrame)
            new Span<float>(scratch, checked((int)_direct.FramedLength)).Clear();
    }

    public void BackwardImages(int part, int first, int count, float* scratch, ref bool hasGathered)
    {
        if (_depthwise is { } depthwise)
        {
            for (var image = first; image < first + count; image++)
                BackwardDepthwise(depthwise, part, image, scratch);
            return;
        }

        var outputs = _direct.Outputs(scratch + BackwardInputsLength);
        var recomputed = outputs.Origin + _direct.OutputsLength + Slack;
        for (var i = 0; i < count; i++)
        {
            var image = outputs;
            image.Origin = outputs.Image(i);
            LoadOutputGradient(first + i, image, recomputed);
            if (_bias is not null && Epilogue is null)
                AddPixels(image, 0, PartBiasGradient(part));
        }

        var accumulate = _input.Accumulates(this);
        if (_direct.NeedsFrame)
        {
            _direct.AddWeightGradient(_input.Map, first, outputs, PartWeightGradient(part));
            if (!_input.NeedsGradient)
                return;
            Frame(outputs, _direct.FramedOutputs(scratch));
            _direct.BackwardInput(scratch, _packedFlipped!.Pointer, _input.Gradient, first, accumulate);
        }
        else
        {
            if (!hasGathered)
                _direct.Gather(_input.Map, first, count, scratch);
            hasGathered = true;
            _direct.AddWeightGradient(scratch, count, outputs, PartWeightGradient(part));
            if (_input.NeedsGradient)
                _direct.BackwardInput(outputs, count, _packedFlipped!.Pointer, _input.Gradient, first, accumulate);
        }
    }

    private void BackwardDepthwise(DepthwiseConvolution depthwise, int part, int image, float* scratch)
    {
        var outputs = depthwise.FramedOutputs(scratch);
        LoadOutputGradient(image, outputs, scratch + depthwise.FramedLength);
        if (_bias is not null && Epilogue is null)
            AddPixels(outputs, 0, PartBiasGradient(part));
        depthwise.AddWeightGradient(_input.Map, image, outputs, PartWeightGradient(part));
        if (_input.NeedsGradient)
            depthwise.BackwardInput(outputs, _weight.Value, _input.Gradient, image, _input.Accumulates(this));
    }

    private static void Frame(in FeatureMap outputs, in FeatureMap framed)
    {
        for (var y = 0; y < outputs.Height; y++)
        {
            for (var x = 0; x < outputs.Width; x++)
                VectorKernels.Copy(outputs.Pixel(0, y, x), framed.Pixel(0, y, x), outputs.Channels);
        }
    }

    /// <summary>One part of the batch: its images one after the other into the part's own sums.</summary>
    private readonly struct DirectBackwardWork(ConvolutionOperation operation, Pass pass) : IWork
    {
        public void Run(int task, int worker)
        {
            var scratch = operation._context.WorkerScratch(worker);
            operation.BeginPart(task, scratch);
            int begin = pass.Count * task / BackwardParts, end = pass.Count * (task + 1) / BackwardParts, group = operation._direct.GroupImages;
            for (var first = begin; first < end; first += group)
            {
                var hasGathered = false;
                operation.BackwardImages(task, first, Math.Min(group, end - first), scratch, ref hasGathered);
            }
        }
    }

    /// <summary>A group of images of a chunk: V and dM for the weight gradient, and the input gradient.</summary>
    private readonly struct WinogradBackwardWork(ConvolutionOperation operation, int chunkFirst, int chunkImages) : IWork
    {
        public void Run(int task, int worker)
        {
            var winograd = operation._winograd!;
            var first = chunkFirst + task * winograd.GroupImages;
            var count = Math.Min(winograd.GroupImages, chunkFirst + chunkImages - first);
            var scratch = operation._context.WorkerScratch(worker);
            var gradient = winograd.OutputImage(scratch);
            for (var i = 0; i < count; i++)
            {
                operation.LoadOutputGradient(first + i, gradient, null);
                winograd.BackwardImage(operation._input.Map, first + i, task, i, count, gradient, operation.ChunkV, operation.ChunkM);
            }

            if (operation._input.NeedsGradient)
            {
                winograd.BackwardInput(
                    operation.ChunkM, task, operation._packedFlipped!.Pointer, operation._input.Gradient,
                        first, count, operation._input.Accumulates(operation), scratch);
            }
        }
    }

    /// <summary>One part of the batch, group by group: all that its images give, while they are in the cache.</summary>
    private readonly struct LocalBackwardWork(ConvolutionOperation operation, int batch, int parts) : IWork
    {
        public void Run(int task, int worker)
        {
            var winograd = operation._winograd!;
            var scratch = operation._context.WorkerScratch(worker);
            var gradient = winograd.OutputImage(scratch);
            var du = operation.ProductGradient + task * winograd.ProductGradientLength;
            var dx = operation._input.NeedsGradient ? operation._input.Gradient : default;
            int begin = batch * task / parts, end = batch * (task + 1) / parts;
            for (var first = begin; first < end; first += winograd.GroupImages)
            {
                var count = Math.Min(winograd.GroupImages, end - first);
                for (var i = 0; i < count; i++)
                {
                    operation.LoadOutputGradient(first + i, gradient, null);
                    winograd.BackwardImage(operation._input.Map, first + i, i, count, gradient, scratch);
                }

                winograd.BackwardLocally(
                    count, du, accumulateSum: first > begin, operation._packedFlipped is { } flipped ? flipped.Pointer
                        : null, dx, first, operation._input.Accumulates(operation), scratch);
            }
        }
    }

    private readonly struct ProductGradientWork(ConvolutionOperation operation, int images, bool accumulate) : IWork
    {
        public void Run(int task, int worker) =>
            operation._winograd!.AddProductGradient(
                operation.ChunkV, operation.ChunkM, images, operation.ProductGradient, task, accumulate, operation._context.WorkerScratch(worker));
    }

    private readonly struct KernelGradientWork(ConvolutionOperation operation) : IWork
    {
        public void Run(int task, int worker) =>
            operation._winograd!.TransformKernelGradient(operation.ProductGradient, operation._weight.Gradient, task);
    }

    /// <summary>sum = part 0 + part 1 + …, in that order.</summary>
    private readonly struct SumWork(VectorKernels kernels, float* parts, int partCount, long length, float* sum) : IWork
    {
        private const int Block = 8192;

        public int Tasks => checked((int)((length + Block - 1) / Block));

        public void Run(int task, int worker)
        {
            var first = (long)task * Block;
            var count = (nint)Math.Min(Block, length - first);
            if (sum != parts)
                VectorKernels.Copy(parts + first, sum + first, count);
            for (var part = 1; part < partCount; part++)
                kernels.Add(parts + part * length + first, sum + first, count);
        }
    }
}
