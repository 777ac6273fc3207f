namespace Weft.Training.Tests;

public sealed class LabelReviewTests : IDisposable
{
    private const string Suspects = "rank,index,label,suggested,label_name,suggested_name,score,suggested_probability,label_error,path,near1,near1_label\n"
        + "1,5,1,2,class 1,class 2,0.01,0.9,0,5,8,class 0\n2,6,2,3,class 2,class 3,0.02,0.8,1,6,9,class 1\n3,7,3,0,class 3,class 0,0.03,0.7,1,7,,\n"
        + "4,900,3,0,class 3,class 0,0.03,0.7,1,900,,\n";

    private readonly TemporaryFolder _folder = new();

    private string Corrections => _folder.In("c.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Label_errors_come_first_and_pictures_that_are_gone_are_passed_over()
    {
        var items = SuspectsFile.Parse(Suspects, "here", TinyTraining.Dataset(), most: 10);
        Assert.Equal(["6", "7", "5"], items.Select(item => item.Path));
        Assert.Equal(("class 2", "class 3", 0.02, 0.8), (items[0].Label, items[0].Proposed, items[0].Score, items[0].ProposedProbability));
        Assert.Equal(new ReviewNeighbour(9, "9", "class 1"), Assert.Single(items[0].Near));
        Assert.Equal(2, SuspectsFile.Parse(Suspects, "here", TinyTraining.Dataset(), most: 2).Count);
    }

    [Theory]
    [InlineData("", "there are no columns \"path\" and \"suggested_name\"")]
    [InlineData("path,suggested_name\na\n", "row 1: 1 fields under a header of 2")]
    [InlineData("path,suggested_name\nnowhere,class 1\n", "none of its pictures is one of the data's training files")]
    public void What_is_no_table_of_suspects_is_told(string text, string found)
    {
        File.WriteAllText(_folder.In("s.csv"), text);
        var error = Assert.Throws<WeftException>(() => SuspectsFile.Read(_folder.In("s.csv"), TinyTraining.Dataset(), 10));
        Assert.Equal((ErrorKind.InvalidInput, found), (error.Kind, error.Found));
    }

    [Fact]
    public void Each_decision_is_a_line_at_once_and_another_sitting_goes_on_there()
    {
        var review = Open();
        Assert.Equal(0, review.NextOpen(0));
        review.Decide(0, "class 1");
        Assert.Equal(["6,,class 2,class 1,reviewed,me,2026-11-28"], File.ReadLines(Corrections).Skip(1));
        review.Decide(1, "");
        review.Decide(2, "class 1"); // which it is
        Assert.Equal(3, review.Decided);
        Assert.Null(review.NextOpen(1));

        var again = Open();
        Assert.Equal(("class 1", "", "class 1"), (again.DecisionOf(0)!.To, again.DecisionOf(1)!.To, again.DecisionOf(2)!.To));
        Assert.Null(again.Undo()); // of this sitting there is none
        var data = LabelCorrections.Read(Corrections).Apply(TinyTraining.Dataset());
        Assert.Equal((1, 7, 1), (data.Train.Label(6), Assert.Single(data.Train.LeftOut), data.Train.Label(5)));
    }

    [Fact]
    public void What_is_taken_back_is_as_before()
    {
        var review = Open();
        review.Decide(0, "class 1");
        review.Decide(0, "?");
        Assert.Equal(0, review.Undo());
        Assert.Equal("class 1", Open().DecisionOf(0)!.To);
        Assert.Equal(0, review.Undo());
        Assert.Null(review.DecisionOf(0));
        Assert.Null(Open().DecisionOf(0));
        Assert.Null(review.Undo());
        Assert.Equal(5, File.ReadLines(Corrections).Count());
        Assert.Equal(TinyTraining.Dataset().Fingerprint, LabelCorrections.Read(Corrections).Apply(TinyTraining.Dataset()).Fingerprint);
    }

    [Fact]
    public void Labels_that_were_corrected_before_are_the_ones_that_are_judged()
    {
        File.WriteAllText(Corrections, "path,from,to\n6,class 2,class 0\n");
        var data = LabelCorrections.Read(Corrections).Apply(TinyTraining.Dataset());
        var review = new LabelReview(data, SuspectsFile.Parse(Suspects, "here", data, 10), _folder.In("second.csv"), "me");
        Assert.Equal("class 0", review.Items[0].Label);
        review.Decide(0, review.Items[0].Label); // kept as it is now, which is not what the data say
        Assert.Equal(0, LabelCorrections.Read(_folder.In("second.csv")).Apply(TinyTraining.Dataset()).Train.Label(6));
    }

    private LabelReview Open() => new(TinyTraining.Dataset(), SuspectsFile.Parse(Suspects, "here", TinyTraining.Dataset(), 10), Corrections, "me",
        new FixedClock(new DateTimeOffset(2026, 11, 28, 15, 0, 0, TimeSpan.Zero)));

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
