namespace Weft.App.Tests;

public class LastingWriterTests
{
    [Fact]
    public void A_stream_that_goes_away_loses_text_and_throws_nothing()
    {
        var writer = new LastingWriter(new FullDisk(5));
        writer.WriteLine("four");
        Assert.Null(writer.Lost);
        writer.WriteLine("more");
        writer.Write('x');
        writer.Flush();
        Assert.NotNull(writer.Lost);
    }

    private sealed class FullDisk(int room) : Stream
    {
        private int _written;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count)
        {
            if ((_written += count) > room)
                throw new IOException("No space left on device");
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
