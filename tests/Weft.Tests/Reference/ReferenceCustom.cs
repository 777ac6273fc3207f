namespace Weft.Tests.Reference;

/// <summary>A layer of somebody's own is its own definition; what is checked is how it is called.</summary>
internal static class ReferenceCustom
{
    public static ReferenceStep Apply(CustomLayer layer, ReferenceMap input, bool training, ReferenceTensorScope scope)
    {
        var shape = new FeatureShape(input.Height, input.Width, input.Channels);
        var tensors = layer.TensorsFor(shape).ToArray();
        var values = tensors.Select(
            tensor => scope.Value(tensor.Name, tensor.Length, tensor.Initialization.Constant, 0.5).Select(value => (float)value).ToArray()).ToArray();
        var result = layer.Infer(shape, scope.Path);
        var x = input.ToNhwc();
        var y = new float[input.Count * result.Length];
        layer.Forward(new CustomForward(input.Count, training, 0, x, y, i => values[i]));
        return new ReferenceStep(ReferenceMap.FromNhwc(y, input.Count, result), dOutput =>
        {
            var gradients = values.Select(value => new float[value.Length]).ToArray();
            var dx = new float[x.Length];
            layer.Backward(new CustomBackward(input.Count, 0, x, dOutput.ToNhwc(), dx, i => values[i], i => gradients[i]));
            for (var i = 0; i < tensors.Length; i++)
                scope.GradientIs(tensors[i].Name, [.. gradients[i].Select(value => (double)value)]);
            return ReferenceMap.FromNhwc(dx, input.Count, shape);
        });
    }
}
