using Weft.Tests.Reference;

namespace Weft.Tests.Layers;

public class LayerTests
{
    public static TheoryData<string> Names => [.. Shapes.All.Select(shape => shape.Name)];

    public static TheoryData<string, int> NamesAndLanes
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var shape in Shapes.All)
                foreach (var lanes in (int[])[1, 4, 8, 16])
                    data.Add(shape.Name, lanes);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_gradients_and_statistics_match_the_reference(string name) => GradientCheck.Of(Find(name), Find(name).Batch);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_partial_batch_is_computed_as_if_it_were_full(string name) => GradientCheck.Of(Find(name), Find(name).Batch + 3);

    [Theory]
    [MemberData(nameof(Names))]
    public void Strict_arithmetic_matches_the_reference(string name) => GradientCheck.Of(Find(name), Find(name).Batch, strict: true);

    [Theory]
    [MemberData(nameof(NamesAndLanes))]
    public void Every_vector_width_matches_the_reference(string name, int lanes) => GradientCheck.Of(Find(name), Find(name).Batch + 1, lanes: lanes);

    private static Shape Find(string name) => Shapes.All.Single(shape => shape.Name == name);
}
