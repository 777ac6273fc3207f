using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>
/// Where a value of the graph lives: memory of its own, a slice of a concatenated value, or the memory of another value that is changed in place. The
/// gradient lives by the same rule, in memory that is shared by life span.
/// </summary>
internal sealed unsafe class ValueStorage(FeatureShape shape, string producer)
{
    private ValueStorage? _parent;
    private int _firstChannel;
    private Operation? _lastDifferentiator;

    public FeatureShape Shape { get; } = shape;

    /// <summary>The shape whose row, column, channel order the features have: of a flattened value, the shape before.</summary>
    public FeatureShape FeatureOrder { get; set; } = shape;

    /// <summary>Whether features lie as PyTorch flattens them: channel, row, column.</summary>
    public bool IsInPyTorchOrder => !Shape.IsFlat || FeatureOrder.Channels == 1 || FeatureOrder.Pixels == 1;

    /// <summary>Path of the layer that computes the value.</summary>
    public string Producer { get; } = producer;

    public int HaloBefore { get; private set; }

    public int HaloAfter { get; private set; }

    public bool IsPlaced => _parent is not null;

    /// <summary>False for the network's input and for values inside a fused operation.</summary>
    public bool NeedsGradient { get; set; } = true;

    /// <summary>True for a value that exists only inside a worker's scratch, image by image.</summary>
    public bool IsTransient { get; set; }

    public FeatureMap Map { get; private set; }

    public FeatureMap Gradient { get; private set; }

    public ValueStorage Root => _parent is { } parent ? parent.Root : this;

    /// <summary>Makes this value a slice of <paramref name="parent"/>'s channels, or (whole shape) the same memory under another shape.</summary>
    public void PlaceIn(ValueStorage parent, int firstChannel = 0)
    {
        _parent = parent;
        _firstChannel = firstChannel;
        parent.RequireHalo(HaloBefore, HaloAfter);
    }

    /// <summary>Asks for zero rows and columns around each image.</summary>
    public void RequireHalo(int before, int after)
    {
        HaloBefore = Math.Max(HaloBefore, before);
        HaloAfter = Math.Max(HaloAfter, after);
        _parent?.RequireHalo(before, after);
    }

    /// <summary>Called in forward order by each operation that writes this value's gradient.</summary>
    public void AddDifferentiator(Operation operation) => Root._lastDifferentiator = operation;

    /// <summary>The last one in forward order is the first in backward order and overwrites; the others add.</summary>
    public bool Accumulates(Operation operation) => Root._lastDifferentiator != operation;

    public long ImageLength => FeatureMap.ImageLength(Shape.Height, Shape.Width, Shape.Channels, HaloBefore, HaloAfter);

    public void PlaceMap(float* memory) => Map = FeatureMap.Over(memory, Shape.Height, Shape.Width, Shape.Channels, HaloBefore, HaloAfter);

    public void PlaceGradient(float* memory) => Gradient = FeatureMap.Over(memory, Shape.Height, Shape.Width, Shape.Channels);

    /// <summary>For values with a parent, once the parent has its place.</summary>
    public void Resolve()
    {
        if (_parent is not { } parent)
            return;
        parent.Resolve();
        Map = View(parent.Map);
        Gradient = parent.NeedsGradient ? View(parent.Gradient) : default;
    }

    private FeatureMap View(in FeatureMap parent)
    {
        if (Shape.Height == parent.Height && Shape.Width == parent.Width)
            return parent.Slice(_firstChannel, Shape.Channels);
        // A flattened image: only ever planned over a dense map.
        return parent.IsDense || parent.Origin == null
            ? FeatureMap.Over(parent.Origin, Shape.Height, Shape.Width, Shape.Channels)
            : throw new InvalidOperationException($"The flattened output of {Producer} lies over a map that is not dense.");
    }
}
