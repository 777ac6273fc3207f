using Weft.Kernels;

namespace Weft.Devices.Cpu;

internal sealed unsafe partial class ConvolutionOperation
{
    // With fewer images than this for each worker, images are cut: into rows, or into blocks of output channels. No output's sum is cut, so the bits stay.
    private const int ImagesPerWorkerToKeepWhole = 2;

    // Rows of one image as a smaller image, whose neighbours above and below are its halo.
    private readonly record struct Band(WinogradConvolution Winograd, int FirstRow, int Rows);

    private Band[] _bands = [];

    private int WinogradBlocks => (_shape.K + _winograd!.ForwardBlockChannels - 1) / _winograd.ForwardBlockChannels;

    // Where there are blocks of channels enough for all workers, each reads a part of the kernels; bands would read all of them once for each worker.
    private Band[] Bands(int workers)
    {
        if (_winograd is not { } winograd || workers == 1 || WinogradBlocks > 1)
            return [];
        var tiles = (_shape.OutputHeight + winograd.TileLength - 1) / winograd.TileLength;
        var bands = Math.Min(tiles, workers);
        return [.. Enumerable.Range(0, bands).Select(band =>
        {
            var (first, end) = (tiles * band / bands * winograd.TileLength, Math.Min(_shape.OutputHeight, tiles * (band + 1) / bands * winograd.TileLength));
            var shape = _shape with { Height = _shape.Height - _shape.OutputHeight + end - first, OutputHeight = end - first };
            return new Band(new WinogradConvolution(shape, _context.Kernels, batchSize: 1), first, end - first);
        })];
    }

    /// <summary>A group of images, or of few images parts of one.</summary>
    private readonly struct ForwardWork : IWork
    {
        private readonly ConvolutionOperation _operation;
        private readonly Pass _pass;
        private readonly int _group;
        private readonly int _parts;

        public ForwardWork(ConvolutionOperation operation, in Pass pass)
        {
            (_operation, _pass, _parts) = (operation, pass, 1);
            var workers = operation._context.Team.Size;
            var isScarce = pass.Count < ImagesPerWorkerToKeepWhole * workers && pass.Count % workers != 0;
            // In training the norm that follows wants whole images, of which it makes sums.
            var takesRows = operation.Epilogue is null || !pass.IsTraining;
            if (operation._winograd is { } winograd)
            {
                if (isScarce && operation.WinogradBlocks > 1)
                    _parts = Math.Min(operation.WinogradBlocks, workers);
                else if (isScarce && takesRows && operation._bands.Length > 0)
                    _parts = operation._bands.Length;
                _group = _parts > 1 ? 1 : Math.Min(winograd.GroupImages, Math.Max(1, pass.Count / workers));
            }
            else
            {
                if (takesRows && pass.Count < ImagesPerWorkerToKeepWhole * workers)
                    _parts = Math.Min((operation._shape.OutputHeight + 1) / 2, 2 * workers);
                _group = _parts > 1 ? 1 : Math.Min(operation._direct.GroupImages, Math.Max(1, pass.Count / workers));
            }

            Tasks = (pass.Count + _group - 1) / _group * _parts;
        }

        public int Tasks { get; }

        public void Run(int task, int worker)
        {
            var (group, part) = Math.DivRem(task, _parts);
            var first = group * _group;
            var count = Math.Min(_group, _pass.Count - first);
            var scratch = _operation._context.WorkerScratch(worker);
            if (_operation._winograd is not { } winograd)
                _operation.ForwardDirect(_pass, first, count, Row(part), Row(part + 1), scratch);
            else if (_parts > 1 && _operation._bands is { Length: > 0 } bands)
                RunWinograd(bands[part], first, count, 0, 1, scratch);
            else
            {
                var blocks = _operation.WinogradBlocks;
                var whole = new Band(winograd, 0, _operation._shape.OutputHeight);
                RunWinograd(whole, first, count, blocks * part / _parts, blocks * (part + 1) / _parts, scratch);
            }
        }

        // Pairs of rows stay together: the norm that follows may take the maxima of two by two.
        private int Row(int part) => part == _parts ? _operation._shape.OutputHeight : _operation._shape.OutputHeight * part / _parts / 2 * 2;

        // Block by block of channels: the epilogue sees each while it is in the cache.
        private void RunWinograd(Band band, int first, int count, int firstBlock, int endBlock, float* scratch)
        {
            var (shape, winograd, passes) = (_operation._shape, band.Winograd, _operation.Passes(_pass));
            var passing = scratch + winograd.ForwardScratch;
            winograd.ForwardInput(_operation._input.Map.Rows(band.FirstRow, band.Rows), first, count, scratch);
            for (var channel = firstBlock * winograd.ForwardBlockChannels; channel < Math.Min(shape.K, endBlock * winograd.ForwardBlockChannels);
                channel += winograd.ForwardBlockChannels)
            {
                var channels = Math.Min(winograd.ForwardBlockChannels, shape.K - channel);
                var output = passes ? FeatureMap.Over(passing, band.Rows, shape.OutputWidth, channels)
                    : _operation._output.Map.Slice(channel, channels).Rows(band.FirstRow, band.Rows);
                var target = passes ? 0 : first;
                winograd.ForwardBlock(count, _operation._packed!.Pointer, channel, output, target, scratch);
                for (var i = 0; i < count; i++)
                    _operation.Finish(_pass, first + i, target + i, output, channel, band.FirstRow);
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
            Finish(pass, first + i, target + i, output.Rows(firstRow, endRow - firstRow), 0, firstRow);
    }

    /// <param name="output">Rows of the image's output, from <paramref name="firstRow"/> on.</param>
    private void Finish(in Pass pass, int image, int target, in FeatureMap output, int channel, int firstRow)
    {
        if (Epilogue is { } epilogue)
        {
            var only = output;
            only.Origin = output.Image(target);
            if (pass.IsTraining)
                epilogue.ObserveOutput(image, only, channel);
            else
                epilogue.TakeOutput(image, only, channel, firstRow);
        }
        else if (_bias is { } bias)
        {
            for (var y = 0; y < output.Height; y++)
            {
                for (var x = 0; x < output.Width; x++)
                    _context.Kernels.Add(bias.Value + channel, output.Pixel(target, y, x), output.Channels);
            }
        }
    }
}
