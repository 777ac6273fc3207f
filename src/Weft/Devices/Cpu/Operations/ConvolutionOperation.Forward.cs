using Weft.Kernels;

namespace Weft.Devices.Cpu;

internal sealed unsafe partial class ConvolutionOperation
{
    // With fewer images than this for each worker, the direct path cuts images into rows.
    private const int ImagesPerWorkerToKeepWhole = 2;

    /// <summary>A group of images, or (direct, tiny batches) a few rows of one.</summary>
    private readonly struct ForwardWork : IWork
    {
        private readonly ConvolutionOperation _operation;
        private readonly Pass _pass;
        private readonly int _group;
        private readonly int _rowParts;

        public ForwardWork(ConvolutionOperation operation, in Pass pass)
        {
            _operation = operation;
            _pass = pass;
            var workers = operation._context.Team.Size;
            // Rows are independent of each other, so cutting an image changes no bits; a epilogue wants whole images.
            var cut = operation._winograd is null && operation.Epilogue is null && pass.Count < ImagesPerWorkerToKeepWhole * workers;
            _rowParts = cut ? Math.Min(operation._shape.OutputHeight, 2 * workers) : 1;
            _group = cut ? 1 : Math.Min(operation._winograd?.GroupImages ?? operation._direct.GroupImages, Math.Max(1, pass.Count / workers));
            Tasks = (pass.Count + _group - 1) / _group * _rowParts;
        }

        public int Tasks { get; }

        public void Run(int task, int worker)
        {
            var (group, part) = Math.DivRem(task, _rowParts);
            var first = group * _group;
            var count = Math.Min(_group, _pass.Count - first);
            var scratch = _operation._context.WorkerScratch(worker);
            if (_operation._winograd is { } winograd)
                RunWinograd(winograd, first, count, scratch);
            else
                _operation.ForwardDirect(_pass, first, count, Row(part), Row(part + 1), scratch);
        }

        private int Row(int part) => _operation._shape.OutputHeight * part / _rowParts;

        // Block by block of channels: the epilogue sees each while it is in the cache.
        private void RunWinograd(WinogradConvolution winograd, int first, int count, float* scratch)
        {
            var shape = _operation._shape;
            var passing = scratch + winograd.ForwardScratch;
            winograd.ForwardInput(_operation._input.Map, first, count, scratch);
            for (var channel = 0; channel < shape.K; channel += winograd.ForwardBlockChannels)
            {
                var channels = Math.Min(winograd.ForwardBlockChannels, shape.K - channel);
                var output = _operation.Passes(_pass) ? FeatureMap.Over(passing, shape.OutputHeight, shape.OutputWidth, channels)
                    : _operation._output.Map.Slice(channel, channels);
                var target = _operation.Passes(_pass) ? 0 : first;
                winograd.ForwardBlock(count, _operation._packed!.Pointer, channel, output, target, scratch);
                for (var i = 0; i < count; i++)
                    _operation.Finish(_pass, first + i, target + i, output, channel, 0, shape.OutputHeight);
            }
        }
    }

    // Whether the output is nobody's but the epilogue's, and nothing of it is kept.
    private bool Passes(in Pass pass) => Epilogue is not null && (!pass.IsTraining || Recomputes);

    private void ForwardDirect(in Pass pass, int first, int count, int firstRow, int endRow, float* scratch)
    {
        var passes = Passes(pass);
        var output = passes ? FeatureMap.Over(scratch, _shape.OutputHeight, _shape.OutputWidth, _shape.K) : _output.Map;
        var target = passes ? 0 : first;
        ComputeDirectly(first, count, output, target, firstRow, endRow);
        for (var i = 0; i < count; i++)
            Finish(pass, first + i, target + i, output, 0, firstRow, endRow);
    }

    private void Finish(in Pass pass, int image, int target, in FeatureMap output, int channel, int firstRow, int endRow)
    {
        if (Epilogue is { } epilogue)
        {
            var only = output;
            only.Origin = output.Image(target);
            if (pass.IsTraining)
                epilogue.ObserveOutput(image, only, channel);
            else
                epilogue.TakeOutput(image, only, channel);
        }
        else if (_bias is { } bias)
        {
            for (var y = firstRow; y < endRow; y++)
            {
                for (var x = 0; x < output.Width; x++)
                    _context.Kernels.Add(bias.Value + channel, output.Pixel(target, y, x), output.Channels);
            }
        }
    }
}
