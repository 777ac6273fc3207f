using Weft.Kernels;

namespace Weft;

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
            // Rows are independent of each other, so cutting an image changes no bits; a neighbour wants whole images.
            var cut = operation._winograd is null && operation.Neighbour is null && pass.Count < ImagesPerWorkerToKeepWhole * workers;
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
            var shape = _operation._shape;
            var scratch = _operation._context.WorkerScratch(worker);
            var output = _operation._output.Map;
            var target = first;
            if (_operation.Neighbour is not null && (!_pass.IsTraining || _operation.Recomputes))
            {
                output = FeatureMap.Over(scratch, shape.OutputHeight, shape.OutputWidth, shape.K);
                scratch += (long)count * shape.OutputPixels * shape.K;
                target = 0;
            }

            if (_operation._winograd is { } winograd)
                winograd.Forward(_operation._input.Map, first, count, _operation._packed!.Pointer, output, target, scratch);
            else
                _operation._direct.Forward(_operation._input.Map, first, count, _operation._packed!.Pointer, output, target, shape.OutputHeight * part / _rowParts, shape.OutputHeight * (part + 1) / _rowParts);
            for (var i = 0; i < count; i++)
                Finish(first + i, target + i, output, shape.OutputHeight * part / _rowParts, shape.OutputHeight * (part + 1) / _rowParts);
        }

        private void Finish(int image, int target, in FeatureMap output, int firstRow, int endRow)
        {
            if (_operation.Neighbour is { } neighbour)
            {
                var only = output;
                only.Origin = output.Image(target);
                if (_pass.IsTraining)
                    neighbour.ObserveOutput(image, only);
                else
                    neighbour.TakeOutput(image, only);
            }
            else if (_operation._bias is { } bias)
            {
                for (var y = firstRow; y < endRow; y++)
                {
                    for (var x = 0; x < output.Width; x++)
                        _operation._context.Kernels.Add(bias.Value, output.Pixel(target, y, x), output.Channels);
                }
            }
        }
    }
}
