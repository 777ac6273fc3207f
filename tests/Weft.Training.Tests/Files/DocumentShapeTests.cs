using Weft.Tests.Shared;

namespace Weft.Training.Tests;

public sealed class DocumentShapeTests
{
    [Fact]
    public void Every_document_has_the_approved_keys_and_types() => Approval.Of("documents", DocumentShapes.Of(typeof(RunInformation).Assembly));
}
